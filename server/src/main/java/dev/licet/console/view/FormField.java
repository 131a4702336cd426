package dev.licet.console.view;

import java.util.List;
import java.util.Optional;

/// A field of a form.
///
/// @param kind `text`, `area`, `number`, `time`, `date`, `password`, `flag`, `choice`, `choices` (several of them),
/// `money`, `term`
/// @param value what it has at first; of a flag `on` or nothing, of choices those chosen, with spaces between
/// @param error what is wrong with it @param was what the thing had
public record FormField(
        String name,
        String label,
        String kind,
        String value,
        String hint,
        boolean required,
        List<Choice> choices,
        Optional<String> error,
        String was) {
    public FormField {
        choices = List.copyOf(choices);
    }

    public FormField(
            String name,
            String label,
            String kind,
            String value,
            String hint,
            boolean required,
            List<Choice> choices,
            Optional<String> error) {
        this(name, label, kind, value, hint, required, choices, error, value);
    }

    public FormField whichWas(String before) {
        return new FormField(name, label, kind, value, hint, required, choices, error, before);
    }

    /// Whether what it has is none of the choices: it stays one, so that nobody changes it by not touching it.
    public boolean isOther() {
        return kind.equals("choice")
                && !value.isEmpty()
                && choices.stream().noneMatch(choice -> choice.value().equals(value));
    }

    public record Choice(String value, String label) {}

    /// Of the input.
    public String type() {
        return switch (kind) {
            case "number", "date", "password" -> kind;
            case "time" -> "datetime-local";
            default -> "text";
        };
    }

    public boolean isChosen(String choice) {
        return kind.equals("choices") ? List.of(value.split(" ")).contains(choice) : value.equals(choice);
    }

    /// Of a field that has two, an amount or a count and what of.
    public String first() {
        return value.contains(" ") ? value.substring(0, value.indexOf(' ')) : value;
    }

    public String second() {
        return value.contains(" ") ? value.substring(value.indexOf(' ') + 1) : "";
    }
}

package dev.licet.console.view;

import java.util.List;
import java.util.Optional;

/// A field of a form.
///
/// @param kind `text`, `area`, `number`, `time`, `date`, `password`, `flag`, `choice`, `choices` (several of them),
/// `money`, `term`
/// @param value what it has at first; of a flag `on` or nothing, of choices those chosen, with spaces between
/// @param error what is wrong with it
public record FormField(
        String name,
        String label,
        String kind,
        String value,
        String hint,
        boolean required,
        List<Choice> choices,
        Optional<String> error) {
    public FormField {
        choices = List.copyOf(choices);
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

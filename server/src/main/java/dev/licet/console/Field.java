package dev.licet.console;

import dev.licet.console.view.FormField;
import dev.licet.console.view.FormField.Choice;
import dev.licet.core.identity.Permission;
import dev.licet.dialect.Parameters;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A member of a body as people fill it in. What they write goes on as they wrote it where it can't be read: the API
/// says what is wrong with it.
///
/// @param name of the member; with a dot, of a member of it
/// @param choices what there is to choose from @param source the list whose things are chosen from; empty for none
/// @param nullable whether nothing is a null, so that what there was is taken away
record Field(
        String name,
        String label,
        Kind kind,
        String hint,
        boolean required,
        boolean nullable,
        List<Choice> choices,
        String source) {

    /// What stands before the name of what a field had at first.
    static final String WAS = "was-";

    enum Kind {
        TEXT("text"),
        AREA("area"),
        NUMBER("number"),
        /// Whole days, as an ISO 8601 period.
        DAYS("number"),
        FLAG("flag"),
        CHOICE("choice"),
        CHOICES("choices"),
        /// A thing of a list, by its id.
        THING("choice"),
        /// Texts, each on a line of its own.
        LINES("area"),
        TIME("time"),
        DATE("date"),
        /// An amount and its currency.
        MONEY("money"),
        /// A number of units of the calendar.
        TERM("term");

        private final String shown;

        Kind(String shown) {
            this.shown = shown;
        }
    }

    static Field of(Kind kind, String name, String label) {
        return new Field(name, label, kind, "", false, false, List.of(), "");
    }

    static Field text(String name, String label) {
        return of(Kind.TEXT, name, label);
    }

    static Field number(String name, String label) {
        return of(Kind.NUMBER, name, label);
    }

    static Field flag(String name, String label) {
        return of(Kind.FLAG, name, label);
    }

    static Field choice(String name, String label, String... valuesAndLabels) {
        return of(Kind.CHOICE, name, label).among(choices(valuesAndLabels));
    }

    /// A thing of a list, such as `/v1/products`.
    static Field thing(String name, String label, String source) {
        return new Field(name, label, Kind.THING, "", false, false, List.of(), source);
    }

    static List<Choice> choices(String... valuesAndLabels) {
        return IntStream.range(0, valuesAndLabels.length / 2)
                .mapToObj(i -> new Choice(valuesAndLabels[2 * i], valuesAndLabels[2 * i + 1]))
                .toList();
    }

    Field among(List<Choice> all) {
        return new Field(name, label, kind, hint, required, nullable, all, source);
    }

    Field hint(String says) {
        return new Field(name, label, kind, says, required, nullable, choices, source);
    }

    Field needed() {
        return new Field(name, label, kind, hint, true, nullable, choices, source);
    }

    Field orNull() {
        return new Field(name, label, kind, hint, required, true, choices, source);
    }

    /// As a form has it, that nobody has filled in yet.
    ///
    /// @param now the thing that it is a member of; nothing where there is none
    FormField shown(Visit visit, Rest rest, JsonNode now) {
        return shown(visit, rest, value(now, visit.visitor().zone()), Optional.empty());
    }

    /// As it was filled in, with what is wrong.
    FormField again(Visit visit, Rest rest, Rest.Reply reply) {
        return shown(visit, rest, given(visit.parameters()), reply.wrong(name.replace('.', '/')));
    }

    /// What was filled in, as a form has it.
    private String given(Parameters form) {
        String first = form.last(name).orElse("");
        return switch (kind) {
            case CHOICES -> String.join(" ", form.all(name));
            case MONEY, TERM ->
                first.isBlank() ? "" : first + " " + form.last(name + "-of").orElse("");
            case AREA, LINES -> first.replace("\r\n", "\n");
            default -> first;
        };
    }

    /// Whether somebody has filled in something else than the form had. What nobody touched is not sent: it may be
    /// finer than a form shows, or others may have changed it meanwhile.
    boolean isChanged(Visit visit) {
        List<String> before = visit.parameters().all(WAS + name);
        return before.isEmpty() || !before.getLast().replace("\r\n", "\n").equals(given(visit.parameters()));
    }

    /// What a dot parts: the member that it is a member of.
    String group() {
        return name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
    }

    private FormField shown(Visit visit, Rest rest, String value, Optional<String> error) {
        List<Choice> all = source.isEmpty()
                ? permitted(visit, value)
                : rest.list(visit, source).stream()
                        .filter(Predicate.not(thing -> thing.path("revoked").asBoolean(false)))
                        .map(thing -> new Choice(thing.path("id").asString(), Cells.name(thing)))
                        .toList();
        return new FormField(name, label, kind.shown, value, hint, required, all, error);
    }

    /// Nobody can give a permission that they don't have; those that are there already stay on the form.
    private List<Choice> permitted(Visit visit, String value) {
        if (kind != Kind.CHOICES) {
            return choices;
        }
        List<String> there = List.of(value.split(" "));
        return choices.stream()
                .filter(choice -> there.contains(choice.value())
                        || Permission.parse(choice.value())
                                .filter(visit.visitor()::may)
                                .isPresent())
                .toList();
    }

    private String value(JsonNode now, ZoneId zone) {
        JsonNode node = at(now);
        if (node.isMissingNode() || node.isNull()) {
            return "";
        }
        return switch (kind) {
            case TEXT, AREA, NUMBER, CHOICE, THING, DATE -> node.asString();
            case DAYS -> days(node.asString());
            case FLAG -> node.asBoolean(false) ? "on" : "";
            case CHOICES -> texts(node).collect(Collectors.joining(" "));
            case LINES -> texts(node).collect(Collectors.joining("\n"));
            case TIME ->
                LocalDateTime.ofInstant(Instant.parse(node.asString()), zone)
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString();
            case MONEY ->
                node.path("amount").asString("") + " " + node.path("currency").asString("");
            case TERM ->
                node.path("count").asString("") + " " + node.path("unit").asString("");
        };
    }

    private static Stream<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asString);
    }

    private static String days(String period) {
        try {
            return String.valueOf(Period.parse(period).getDays());
        } catch (DateTimeParseException notOne) {
            return period;
        }
    }

    private JsonNode at(JsonNode thing) {
        JsonNode node = thing;
        for (String step : name.split("\\.")) {
            node = node.path(step);
        }
        return node;
    }

    /// Adds what was filled in to a body.
    void addTo(ObjectNode body, Visit visit) {
        Parameters form = visit.parameters();
        Optional<String> given = form.last(name).map(String::strip);
        switch (kind) {
            case FLAG -> put(body, given.isPresent());
            case CHOICES ->
                put(
                        body,
                        form.all(name).stream()
                                .filter(Predicate.not(String::isBlank))
                                .toList());
            case LINES -> put(body, lines(given.orElse("")));
            case AREA -> {
                String text = given(form);
                if (text.isBlank()) {
                    putNothing(body);
                } else {
                    parent(body).put(name, text);
                }
            }
            default ->
                given.ifPresentOrElse(
                        text -> put(body, text, form, visit.visitor().zone()), () -> putNothing(body));
        }
    }

    private void put(ObjectNode body, String text, Parameters form, ZoneId zone) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        ObjectNode parent = parent(body);
        switch (kind) {
            case NUMBER -> number(text).ifPresentOrElse(n -> parent.put(last, n), () -> parent.put(last, text));
            case DAYS -> parent.put(last, number(text).map(n -> "P" + n + "D").orElse(text));
            case TIME -> parent.put(last, instant(text, zone));
            case MONEY ->
                parent.putObject(last)
                        .put("amount", text)
                        .put("currency", form.last(name + "-of").orElse(""));
            case TERM -> {
                ObjectNode term = parent.putObject(last)
                        .put("unit", form.last(name + "-of").orElse(""));
                number(text).ifPresentOrElse(n -> term.put("count", n), () -> term.put("count", text));
            }
            default -> parent.put(last, text);
        }
    }

    private void putNothing(ObjectNode body) {
        if (nullable) {
            body.putNull(group());
        }
    }

    private void put(ObjectNode body, boolean value) {
        parent(body).put(name, value);
    }

    private void put(ObjectNode body, List<String> texts) {
        ArrayNode list = body.putArray(name);
        texts.forEach(list::add);
    }

    private ObjectNode parent(ObjectNode body) {
        if (!name.contains(".")) {
            return body;
        }
        String member = name.substring(0, name.indexOf('.'));
        return body.path(member) instanceof ObjectNode known ? known : body.putObject(member);
    }

    private static List<String> lines(String text) {
        return Arrays.stream(text.split("[\\r\\n]+"))
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.valueOf(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// What a field for a time has is by the clocks of the account's zone.
    static String instant(String text, ZoneId zone) {
        try {
            return LocalDateTime.parse(text).atZone(zone).toInstant().toString();
        } catch (DateTimeParseException e) {
            return text;
        }
    }
}

package dev.licet.console;

import dev.licet.console.view.Cell;
import dev.licet.console.view.Cell.Tone;
import java.time.Duration;
import java.time.Period;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// What the API says, as people read it.
final class Cells {
    static final Cell NOTHING = new Cell.Nothing();

    private Cells() {}

    private static boolean isNothing(JsonNode node) {
        return node.isMissingNode()
                || node.isNull()
                || node.isString() && node.asString().isEmpty();
    }

    /// What a thing is called.
    static String name(JsonNode thing) {
        return Stream.of("name", "username", "key", "machine", "email", "companyName", "id")
                .map(member -> thing.path(member).asString(""))
                .filter(text -> !text.isBlank())
                .findFirst()
                .orElse("");
    }

    static Cell text(JsonNode node) {
        return isNothing(node) ? NOTHING : new Cell.Text(node.asString());
    }

    static Cell code(JsonNode node) {
        return isNothing(node) ? NOTHING : new Cell.Code(node.asString());
    }

    static Cell time(JsonNode node) {
        return isNothing(node) ? NOTHING : new Cell.Time(node.asString());
    }

    static Cell number(JsonNode node) {
        return isNothing(node) ? NOTHING : new Cell.Number(node.asString(), "");
    }

    static Cell tags(JsonNode node) {
        List<String> tags = StreamSupport.stream(node.spliterator(), false)
                .map(JsonNode::asString)
                .toList();
        return tags.isEmpty() ? NOTHING : new Cell.Tags(tags);
    }

    static Cell money(JsonNode node) {
        return isNothing(node)
                ? NOTHING
                : new Cell.Number(
                        node.path("amount").asString(), node.path("currency").asString());
    }

    /// A number of units of the calendar.
    static Cell term(JsonNode node) {
        return isNothing(node)
                ? NOTHING
                : new Cell.Text(
                        plural(node.path("count").asLong(), node.path("unit").asString()));
    }

    static Cell yes(JsonNode node, String text, Tone tone) {
        return node.asBoolean(false) ? new Cell.Badge(text, tone) : NOTHING;
    }

    static Cell revoked(JsonNode thing) {
        return thing.path("revoked").asBoolean(false)
                ? new Cell.Badge("revoked", Tone.QUIET)
                : new Cell.Badge("in use", Tone.GOOD);
    }

    /// An ISO 8601 duration or period.
    static Cell length(JsonNode node) {
        return isNothing(node) ? NOTHING : new Cell.Text(length(node.asString()));
    }

    static String length(String iso) {
        try {
            if (!iso.contains("T")) {
                Period period = Period.parse(iso);
                return Stream.of(
                                part(period.getYears(), "year"),
                                part(period.getMonths(), "month"),
                                part(period.getDays(), "day"))
                        .filter(part -> !part.isEmpty())
                        .collect(Collectors.joining(" "));
            }
            Duration duration = Duration.parse(iso);
            if (duration.toMillisPart() > 0) {
                return duration.toMillis() + " ms";
            }
            return Stream.of(
                            part(duration.toDays(), "day"),
                            part(duration.toHoursPart(), "hour"),
                            part(duration.toMinutesPart(), "minute"),
                            part(duration.toSecondsPart(), "second"))
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining(" "));
        } catch (DateTimeParseException e) {
            return iso;
        }
    }

    private static String part(long count, String unit) {
        return count == 0 ? "" : plural(count, unit);
    }

    static String plural(long count, String unit) {
        return count + " " + (count == 1 ? unit : unit + "s");
    }

    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0
                ? bytes + " B"
                : String.format(java.util.Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    }

    /// The members that are others after a change than before.
    static Cell changed(JsonNode before, JsonNode after) {
        List<Cell.Changed.Change> changes = new ArrayList<>();
        members(before, after).forEach(member -> {
            String was = plain(before.path(member));
            String is = plain(after.path(member));
            if (!was.equals(is)) {
                changes.add(new Cell.Changed.Change(member, was, is));
            }
        });
        return changes.isEmpty() ? NOTHING : new Cell.Changed(changes);
    }

    private static List<String> members(JsonNode before, JsonNode after) {
        return Stream.concat(names(after), names(before)).distinct().toList();
    }

    private static Stream<String> names(JsonNode node) {
        Iterator<Map.Entry<String, JsonNode>> members = node.properties().iterator();
        List<String> names = new ArrayList<>();
        members.forEachRemaining(member -> names.add(member.getKey()));
        return names.stream();
    }

    private static String plain(JsonNode node) {
        return isNothing(node) ? "" : node.isContainer() ? Rest.text(node) : node.asString();
    }
}

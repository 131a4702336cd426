package dev.licet.console.view;

import java.util.List;

/// One thing that a page tells: a cell of a table, or a fact.
public sealed interface Cell {

    /// Nothing to tell.
    record Nothing() implements Cell {}

    record Text(String text) implements Cell {}

    /// What people copy: a key, an id, a machine.
    record Code(String text) implements Cell {}

    /// @param isCode whether people copy it
    record Link(String text, String href, boolean isCode) implements Cell {}

    /// @param instant RFC 3339; the browser shows it by the reader's customs and the account's zone
    record Time(String instant) implements Cell {}

    /// @param number in decimal digits; the browser groups them by the reader's customs
    record Number(String number, String unit) implements Cell {}

    record Badge(String text, Tone tone) implements Cell {}

    record Tags(List<String> tags) implements Cell {
        public Tags {
            tags = List.copyOf(tags);
        }
    }

    /// What was changed. @param before empty for what was not there @param after empty for what is not there now
    record Changed(List<Change> changes) implements Cell {
        public Changed {
            changes = List.copyOf(changes);
        }

        public record Change(String member, String before, String after) {}
    }

    /// What a badge's colour means.
    enum Tone {
        GOOD,
        WARN,
        BAD,
        QUIET;

        public String style() {
            return "badge " + name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}

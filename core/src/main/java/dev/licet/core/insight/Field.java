package dev.licet.core.insight;

import java.util.List;

/// Something that an event has.
public sealed interface Field {

    /// Whether its values are numbers, and not texts.
    default boolean isNumber() {
        return false;
    }

    /// One of the things that every event can have; the same as in [dev.licet.core.event.UsageEvent].
    enum Column implements Field {
        NAME(false),
        FEATURE(false),
        PRODUCT(true),
        KEY(false),
        MACHINE(false),
        /// Who used the program, as the client has it.
        USER(false),
        SESSION(false),
        APPLICATION(true),
        SOURCE(false),
        CURRENCY(false),
        VALUE(true);

        private final boolean isNumber;

        Column(boolean isNumber) {
            this.isNumber = isNumber;
        }

        @Override
        public boolean isNumber() {
            return isNumber;
        }
    }

    /// What the JSON object of an event has at the end of this way, as text. An event has none where there is
    /// nothing, JSON's `null`, or no JSON.
    ///
    /// @param names of members, from the outermost on
    record Property(List<String> names) implements Field {
        public static final int MAX_DEPTH = 8;
        public static final int MAX_NAME = 200;

        public Property {
            names = List.copyOf(names);
            if (names.isEmpty() || names.size() > MAX_DEPTH) {
                throw new IllegalArgumentException("a property has 1 to " + MAX_DEPTH + " names");
            }
            for (String name : names) {
                if (name.isEmpty() || name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
                    throw new IllegalArgumentException("a name of a property has 1 to " + MAX_NAME + " characters");
                }
            }
        }
    }
}

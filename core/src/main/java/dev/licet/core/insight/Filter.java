package dev.licet.core.insight;

import java.math.BigDecimal;
import java.util.List;

/// What an event has to have to be counted. Texts are compared whole and by their case.
///
/// @param values what to compare with; numbers as they are written
public record Filter(Field field, Test test, List<String> values) {
    public static final int MAX_VALUES = 100;

    /// How a field is compared.
    public enum Test {
        /// It is one of the values.
        IS,
        /// It is none of them, or the event has none.
        IS_NOT,
        CONTAINS,
        STARTS_WITH,
        PRESENT,
        ABSENT,
        /// A number, and not lower.
        AT_LEAST,
        /// A number that is lower.
        BELOW;

        boolean isOfNumbers() {
            return this == AT_LEAST || this == BELOW;
        }

        private boolean fits(int values) {
            return switch (this) {
                case IS, IS_NOT -> values >= 1 && values <= MAX_VALUES;
                case PRESENT, ABSENT -> values == 0;
                case CONTAINS, STARTS_WITH, AT_LEAST, BELOW -> values == 1;
            };
        }
    }

    public Filter {
        values = List.copyOf(values);
        if (!test.fits(values.size())) {
            throw new IllegalArgumentException("a filter " + test + " with " + values.size() + " values");
        }
        if (field.isNumber() && (test == Test.CONTAINS || test == Test.STARTS_WITH)) {
            throw new IllegalArgumentException("a part of a number");
        }
        if (field.isNumber() || test.isOfNumbers()) {
            values.forEach(Filter::number);
        }
    }

    /// A number as a filter has it.
    public static BigDecimal number(String written) {
        // What `BigDecimal` takes besides, such as 1e999999999, no engine does.
        if (!written.matches("-?[0-9]{1,18}(\\.[0-9]{1,9})?")) {
            throw new IllegalArgumentException("not a number of 18 digits at most: " + written);
        }
        return new BigDecimal(written);
    }
}

package dev.licet.core.license;

/// How long a license lasts, in calendar units.
///
/// @param count how many units; at least 1
public record Term(int count, Unit unit) {
    public Term {
        if (count < 1) {
            throw new IllegalArgumentException("a term has at least one unit: " + count);
        }
    }

    public enum Unit {
        MINUTE,
        HOUR,
        DAY,
        WEEK,
        MONTH,
        YEAR
    }
}

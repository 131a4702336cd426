package dev.licet.bench.run;

import java.util.Locale;

/// How good a figure has to be, and how good we want it.
record Target(double least, double aim, boolean lowerIsBetter) {

    static Target atLeast(double least, double aim) {
        return new Target(least, aim, false);
    }

    static Target atMost(double least, double aim) {
        return new Target(least, aim, true);
    }

    /// Both bounds, and whether this value keeps them.
    String verdict(double value) {
        return String.format(
                Locale.ROOT,
                "%s %s: %s. Aim %s: %s.",
                lowerIsBetter ? "At most" : "At least",
                Numbers.text(least),
                keeps(value, least) ? "met" : "**not met**",
                Numbers.text(aim),
                keeps(value, aim) ? "met" : "not met");
    }

    private boolean keeps(double value, double bound) {
        return lowerIsBetter ? value <= bound : value >= bound;
    }
}

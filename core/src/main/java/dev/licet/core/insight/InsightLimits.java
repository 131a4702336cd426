package dev.licet.core.insight;

/// How large a question and its answer may be.
///
/// @param rows of an answer @param filters of a question, and of each step @param steps of a funnel and a way
/// @param seats held in the time of a question
public record InsightLimits(int rows, int filters, int steps, int seats) {
    public static final InsightLimits DEFAULT = new InsightLimits(10_000, 20, 10, 500_000);

    public InsightLimits {
        if (rows < 1 || filters < 1 || steps < 2 || seats < 1) {
            throw new IllegalArgumentException("insights need 1 row, 1 filter, 2 steps and 1 seat at least");
        }
    }
}

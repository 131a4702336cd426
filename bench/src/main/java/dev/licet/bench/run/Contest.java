package dev.licet.bench.run;

import java.util.List;

/// Both sides of a measure, running.
interface Contest extends AutoCloseable {

    /// Measures each side once. @return a pair for each figure, in their order
    List<Pair> round(boolean yardstickFirst) throws Exception;

    /// What should be known beside the figures, for the result file.
    default List<String> notes() {
        return List.of();
    }

    @Override
    void close() throws Exception;

    /// One measurement of one side.
    @FunctionalInterface
    interface Side {
        double measure() throws Exception;
    }

    /// Measures both in the order asked for.
    static Pair inTurn(boolean yardstickFirst, Side yardstick, Side licet) throws Exception {
        if (yardstickFirst) {
            double first = yardstick.measure();
            return Pair.of(first, licet.measure());
        }
        double first = licet.measure();
        return Pair.of(yardstick.measure(), first);
    }
}

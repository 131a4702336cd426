package dev.licet.bench.run;

import java.util.OptionalDouble;

/// What one round gave for a figure.
///
/// @param yardstick empty when there is none
record Pair(OptionalDouble yardstick, double licet) {

    static Pair of(double yardstick, double licet) {
        return new Pair(OptionalDouble.of(yardstick), licet);
    }

    static Pair alone(double licet) {
        return new Pair(OptionalDouble.empty(), licet);
    }

    /// Licet over the yardstick, or Licet's own value.
    double figure() {
        return yardstick.isPresent() ? licet / yardstick.getAsDouble() : licet;
    }
}

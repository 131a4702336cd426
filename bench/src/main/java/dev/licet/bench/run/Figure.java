package dev.licet.bench.run;

import java.util.Optional;

/// One thing that is measured in each round.
///
/// @param unit of what each side gives, such as `requests/s`
/// @param yardstick what Licet is compared with; empty when its own value is the figure
/// @param target of the ratio to the yardstick, or of the value; empty when it is measured for information
record Figure(String name, String unit, Optional<String> yardstick, Optional<Target> target) {

    static Figure ratio(String name, String unit, String yardstick, Target target) {
        return new Figure(name, unit, Optional.of(yardstick), Optional.of(target));
    }

    static Figure ratioForInformation(String name, String unit, String yardstick) {
        return new Figure(name, unit, Optional.of(yardstick), Optional.empty());
    }

    static Figure value(String name, String unit, Target target) {
        return new Figure(name, unit, Optional.empty(), Optional.of(target));
    }

    static Figure valueForInformation(String name, String unit) {
        return new Figure(name, unit, Optional.empty(), Optional.empty());
    }
}

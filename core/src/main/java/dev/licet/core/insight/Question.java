package dev.licet.core.insight;

import dev.licet.core.id.ProductId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What somebody wants to know of the events. Each kind says what its answer has a row for, and the columns
/// of it.
public sealed interface Question {

    Scope scope();

    /// The same of another time.
    Question in(Span other);

    private static void atLeast(int least, int number) {
        if (number < least) {
            throw new IllegalArgumentException("needs " + least + " at least: " + number);
        }
    }

    /// How much, over time. A row a unit, and one more for each group: `start`, `group`, `events`, and
    /// `value`, the sum of the values that have no currency.
    ///
    /// @param by what the groups have in common @param top so many groups, those with most events
    record Timeseries(Scope scope, Unit unit, Optional<Field> by, int top) implements Question {
        public Timeseries {
            atLeast(1, top);
        }

        @Override
        public Question in(Span other) {
            return new Timeseries(scope.in(other), unit, by, top);
        }
    }

    /// How many different ones, exactly. A row a unit: `start`, `active`, `events`.
    record Actives(Scope scope, Unit unit, Who of) implements Question {
        @Override
        public Question in(Span other) {
            return new Actives(scope.in(other), unit, of);
        }
    }

    /// What is used most. A row a group, those with most events: `group`, `events`, `active`, `value`.
    ///
    /// @param of what `active` counts
    record Breakdown(Scope scope, Field by, Who of, int top) implements Question {
        public Breakdown {
            atLeast(1, top);
        }

        @Override
        public Question in(Span other) {
            return new Breakdown(scope.in(other), by, of, top);
        }
    }

    /// What it earned: the values that have a currency, never added across currencies. A row a currency,
    /// and one more for each unit and group: `start`, `group`, `currency`, `amount`, `events`.
    ///
    /// @param inWholeUnits the products whose values are not in minor units: an engine has rows of their
    /// own for these, with a 1 in another column, `whole`
    record Revenue(Scope scope, Optional<Unit> unit, Optional<Field> by, Set<ProductId> inWholeUnits)
            implements Question {
        public Revenue {
            inWholeUnits = Set.copyOf(inWholeUnits);
        }

        @Override
        public Question in(Span other) {
            return new Revenue(scope.in(other), unit, by, inWholeUnits);
        }
    }

    /// How many come how far: who has an event that passes the first step's filters, then another one that
    /// passes the second's, and so on, the last one at most `window` after the first. Of events of one
    /// instant the one that was received first comes first. A row a step, and one more for each group:
    /// `group`, `step`, `reached`, `events`.
    ///
    /// @param by the groups, by what somebody's first event of the first step has
    record Funnel(Scope scope, List<List<Filter>> steps, Duration window, Who of, Optional<Field> by)
            implements Question {
        public Funnel {
            steps = steps.stream().map(List::copyOf).toList();
            atLeast(2, steps.size());
            steps.forEach(step -> atLeast(1, step.size()));
            if (!window.isPositive()) {
                throw new IllegalArgumentException("a window of no time");
            }
        }

        @Override
        public Question in(Span other) {
            return new Funnel(scope.in(other), steps, window, of, by);
        }
    }

    /// Who comes back. A row for each unit in which somebody was new, and each unit from it on: `cohort`,
    /// `after` (how many units later), `active`, `events`. New is who has no earlier event that passes the
    /// filters, of all that are kept. An engine says when (`start`) in place of `after`.
    record Retention(Scope scope, Unit unit, Who of) implements Question {
        @Override
        public Question in(Span other) {
            return new Retention(scope.in(other), unit, of);
        }
    }

    /// Who comes, comes back and leaves. A row a unit: `start`, `active`, `new`, `retained` (active in the
    /// unit before, too), `returning` (earlier, but not in the one before), `lost` (active in the one
    /// before, but not now), `events`. An engine has a row for the unit before the span, too, and leaves
    /// `returning` and `lost` out.
    record Churn(Scope scope, Unit unit, Who of) implements Question {
        @Override
        public Question in(Span other) {
            return new Churn(scope.in(other), unit, of);
        }
    }

    /// What follows on what. A row a step and pair, the most frequent ones: `step`, `from`, `to` (absent
    /// where it ends), `count`. What happens several times in a row is one step.
    ///
    /// @param along what a step is known by @param start the step that ways begin with, at its first time;
    /// else with the first event @param depth how many steps are followed
    record Paths(Scope scope, Field along, Optional<String> start, Who of, int depth, int top) implements Question {
        public Paths {
            atLeast(1, depth);
            atLeast(1, top);
        }

        @Override
        public Question in(Span other) {
            return new Paths(scope.in(other), along, start, of, depth, top);
        }
    }

    /// How the values are spread, of the events that have one. A row a unit and group: `start`, `group`,
    /// `events`, `min`, `p50`, `p75`, `p90`, `p95`, `p99`, `max`. A percentile is the lowest value that so
    /// many do not exceed.
    record Percentiles(Scope scope, Optional<Unit> unit, Optional<Field> by, int top) implements Question {
        public Percentiles {
            atLeast(1, top);
        }

        @Override
        public Question in(Span other) {
            return new Percentiles(scope.in(other), unit, by, top);
        }
    }

    /// How many seats are held at once, and how often none was free. Rests on the seats, which are no events. A row a
    /// unit: `start`, `peak` (the most that were held at an instant), `denials`; for the seats of a single key also
    /// `seats`, how many that has now, and `idle`, those that were never needed: absent for any number.
    record Seats(Scope scope, Unit unit) implements Question {
        @Override
        public Question in(Span other) {
            return new Seats(scope.in(other), unit);
        }
    }

    /// Who runs what. A row a unit and version: `start`, `version`, `active`, `events`. Each counts once a
    /// unit, for the version of the last event.
    ///
    /// @param version where events have it
    record Versions(Scope scope, Unit unit, Field version, Who of) implements Question {
        @Override
        public Question in(Span other) {
            return new Versions(scope.in(other), unit, version, of);
        }
    }
}

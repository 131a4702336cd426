package dev.licet.core.insight;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.insight.Table.Column;
import dev.licet.core.insight.Table.Type;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.session.Seats;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Answers how many seats were held at once, from when each was held: exactly, whenever it is asked. Denials are
/// counted by quarters of an hour. Safe for threads.
public final class SeatUse {
    private static final List<Column> COLUMNS =
            List.of(new Column("start", Type.START), new Column("peak", Type.COUNT), new Column("denials", Type.COUNT));
    private static final List<Column> COLUMNS_OF_KEY =
            List.of(new Column("seats", Type.COUNT), new Column("idle", Type.COUNT));

    private final Seats seats;
    private final LicenseKeys keys;
    private final Clock clock;

    public SeatUse(Seats seats, LicenseKeys keys, Clock clock) {
        this.seats = seats;
        this.keys = keys;
        this.clock = clock;
    }

    /// @param before a question of the span before @param key whose seats, of all those of the question's scope
    /// @param limits of the answer
    Outcome<Answer> answer(
            Question.Seats question, Optional<Question.Seats> before, Optional<LicenseKey> key, InsightLimits limits) {
        if (!question.scope().filters().isEmpty()) {
            return Outcome.refused(new Refusal.InvalidField("filters", "can't be: they are for events"));
        }
        Instant now = clock.instant();
        return counted(question, key, limits)
                .then(counted -> before.isEmpty()
                        ? Outcome.success(counted.answer(Optional.empty(), now))
                        : counted(before.get(), key, limits)
                                .map(earlier -> counted.answer(Optional.of(earlier.table), now)));
    }

    private record Counted(Table table, int holdings) {
        Answer answer(Optional<Table> before, Instant now) {
            return new Answer(table, before, holdings, 0, Optional.of(now), true);
        }
    }

    private Outcome<Counted> counted(Question.Seats question, Optional<LicenseKey> key, InsightLimits limits) {
        Scope scope = question.scope();
        Span span = scope.span();
        Seats.Use use = seats.use(
                scope.account(), scope.product(), key.map(LicenseKey::id), span.from(), span.until(), limits.seats());
        if (use.holdings().size() > limits.seats()) {
            return Outcome.refused(new Refusal.InvalidField(
                    "from",
                    "has more than " + limits.seats() + " seats since: ask for a shorter time, a product or a key"));
        }
        Optional<Long> limit =
                key.map(found -> (long) keys.terms(found.id()).machines().most());
        List<Column> columns = new ArrayList<>(COLUMNS);
        limit.ifPresent(ignored -> columns.addAll(COLUMNS_OF_KEY));
        return Outcome.success(new Counted(
                new Table(columns, rows(use, span, span.starts(question.unit(), limits.rows()), limit)),
                use.holdings().size()));
    }

    private static List<List<@Nullable Object>> rows(
            Seats.Use use, Span span, List<Start> starts, Optional<Long> limit) {
        Peaks peaks = new Peaks(use.holdings());
        int next = 0;
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            Instant begin = latest(starts.get(i).instant(span.zone()), span.from());
            Instant end = i + 1 < starts.size() ? starts.get(i + 1).instant(span.zone()) : span.until();
            long peak = peaks.between(begin, end);
            long denials = 0;
            for (; next < use.denied().size() && use.denied().get(next).at().isBefore(end); next++) {
                denials += use.denied().get(next).count();
            }
            List<@Nullable Object> row = new ArrayList<>(List.of(starts.get(i), peak, denials));
            limit.ifPresent(seats -> {
                row.add(seats == 0 ? null : seats);
                row.add(seats == 0 ? null : Math.max(0, seats - peak));
            });
            rows.add(row);
        }
        return rows;
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /// How many are held at once, from one stretch of time to the next.
    private static final class Peaks {
        private final Instant[] since;
        private final Instant[] until;
        private int begun;
        private int ended;

        Peaks(List<Seats.Holding> holdings) {
            since = sorted(holdings, Seats.Holding::since);
            until = sorted(holdings, Seats.Holding::until);
        }

        private static Instant[] sorted(List<Seats.Holding> holdings, Function<Seats.Holding, Instant> time) {
            Instant[] times = holdings.stream().map(time).toArray(Instant[]::new);
            Arrays.sort(times);
            return times;
        }

        /// The most at any instant from one on and before another, which is not before the last one asked for.
        long between(Instant begin, Instant end) {
            goTo(begin);
            long peak = begun - ended;
            while (begun < since.length && since[begun].isBefore(end)) {
                goTo(since[begun]);
                peak = Math.max(peak, begun - ended);
            }
            return peak;
        }

        private void goTo(Instant time) {
            while (begun < since.length && !since[begun].isAfter(time)) {
                begun++;
            }
            while (ended < until.length && !until[ended].isAfter(time)) {
                ended++;
            }
        }
    }
}

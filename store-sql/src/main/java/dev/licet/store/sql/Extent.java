package dev.licet.store.sql;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.not;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/// Which events of an account are [counted][Rolled], and by which rows. Each event is counted or not; none is twice.
public sealed interface Extent {

    boolean isEmpty();

    /// Of an event: that it is counted.
    Condition isCounted(Engine engine);

    /// Of an event: that it is not.
    Condition isNotCounted(Engine engine);

    /// Of a row of the counts: that it counts.
    Condition counts();

    /// Whether `day_count` has how many are active in a day, of those rows of `day_active` that are `merged`.
    boolean knowsNumbers();

    /// All events up to this one, by all rows. What was counted and is gone is in further rows, below zero.
    record UpTo(long lastId) implements Extent {
        @Override
        public boolean isEmpty() {
            return lastId == 0;
        }

        @Override
        public Condition isCounted(Engine engine) {
            return EventColumns.ID.le(inline(lastId));
        }

        @Override
        public Condition isNotCounted(Engine engine) {
            return EventColumns.ID.gt(inline(lastId));
        }

        @Override
        public Condition counts() {
            return noCondition();
        }

        @Override
        public boolean knowsNumbers() {
            return true;
        }
    }

    /// Events by the time of their receipt, in parts of which each has a generation of rows.
    ///
    /// @param parts of which no two have a time in common
    record Received(List<Part> parts) implements Extent {
        private static final Field<Long> GENERATION = field(name("generation"), SQLDataType.BIGINT);

        /// @param first of the times of receipt @param until the time after the last one
        public record Part(Instant first, Instant until, long generation) {}

        public Received {
            parts = parts.stream().sorted(Comparator.comparing(Part::first)).toList();
        }

        @Override
        public boolean isEmpty() {
            return parts.isEmpty();
        }

        @Override
        public Condition isCounted(Engine engine) {
            return not(isNotCounted(engine));
        }

        @Override
        public Condition isNotCounted(Engine engine) {
            if (parts.isEmpty()) {
                return DSL.trueCondition();
            }
            Instant end = parts.getFirst().first();
            Condition gaps = before(engine, end);
            for (Part part : parts) {
                if (end.isBefore(part.first())) {
                    gaps = gaps.or(since(engine, end).and(before(engine, part.first())));
                }
                end = part.until();
            }
            return gaps.or(since(engine, end));
        }

        private static Condition before(Engine engine, Instant time) {
            return EventColumns.RECEIVED_AT.lt(time(engine, time));
        }

        private static Condition since(Engine engine, Instant time) {
            return EventColumns.RECEIVED_AT.ge(time(engine, time));
        }

        private static Field<LocalDateTime> time(Engine engine, Instant time) {
            return engine.time(LocalDateTime.ofInstant(time, ZoneOffset.UTC));
        }

        @Override
        public Condition counts() {
            List<Long> generations = new ArrayList<>();
            parts.forEach(part -> generations.add(part.generation()));
            return GENERATION.in(generations.stream().map(DSL::inline).toList());
        }

        @Override
        public boolean knowsNumbers() {
            return false;
        }
    }
}

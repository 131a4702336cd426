package dev.licet.store.sql.entity;

import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Instants as they are stored: microseconds since 1970 in UTC.
public final class Micros {
    private Micros() {}

    public static long of(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
    }

    public static @Nullable Long of(Optional<Instant> instant) {
        return instant.isPresent() ? of(instant.get()) : null;
    }

    public static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    public static Instant instant(Row row, String column) throws SQLException {
        return instant(row.getLong(column));
    }

    public static Optional<Instant> optional(Row row, String column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(instant(micros));
    }
}

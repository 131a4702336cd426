package dev.licet.store.cluster;

import dev.licet.core.once.Fingerprint;
import dev.licet.store.sql.entity.Sql;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The ids of clients that were moved here from another store, with or without their events: in PostgreSQL, where
/// they came in. For a sink they are as if they had been seen in the topic before its first event.
final class MovedIds {
    /// Below the offset of any event that comes through the topic.
    static final long FIRST_OFFSET = -(1L << 62);

    private static final UUID LOWEST = new UUID(0, 0);

    private MovedIds() {}

    /// One of them. @param event that it stands for
    record Moved(Fingerprint print, long event) {}

    /// Where an event would have been seen.
    static long offset(long event) {
        return FIRST_OFFSET + event;
    }

    /// The next ones in their order. @param after the last that is known; empty for the first ones
    static List<Moved> some(Sql sql, Optional<Fingerprint> after, int most) throws SQLException {
        return sql.all(
                "SELECT name, event FROM event_known WHERE content IS NULL AND name "
                        + (after.isPresent() ? ">" : ">=") + " ? AND EXISTS (SELECT 1 FROM sink_plan WHERE topic = ?)"
                        + " ORDER BY name LIMIT ?",
                row -> {
                    UUID name = UUID.fromString(row.getString("name"));
                    return new Moved(
                            new Fingerprint(name.getMostSignificantBits(), name.getLeastSignificantBits()),
                            row.getLong("event"));
                },
                after.map(print -> new UUID(print.high(), print.low())).orElse(LOWEST),
                SinkPlans.MOVE,
                most);
    }
}

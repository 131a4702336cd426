package dev.licet.store.embedded;

import dev.licet.store.sql.entity.Micros;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/// Events of some products that were kept long enough.
///
/// @param products as SQL: which rows it is about
/// @param then they were received before it
/// @param below they have a lower id: by a clock that was set back some events look older than they are,
/// and what came after an event that stays does so too
record Old(String products, Instant then, long below) {

    /// As SQL, true or false of each row.
    String condition() {
        return "coalesce((" + products + ") AND received_at < make_timestamp(" + Micros.of(then) + ") AND id < " + below
                + ", false)";
    }

    /// Of any of them.
    static String any(List<Old> all) {
        return all.stream().map(Old::condition).collect(Collectors.joining(" OR ", "(", ")"));
    }

    /// Those that have been so for so long.
    Old since(Duration ago) {
        return new Old(products, then.minus(ago), below);
    }
}

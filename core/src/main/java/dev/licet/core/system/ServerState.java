package dev.licet.core.system;

import java.time.Instant;
import java.util.List;

/// How the server is doing.
///
/// @param heapUsed in bytes, as is `heapMax`
/// @param acknowledged the id of the last event that is on disk @param queryable that of the last one that can be seen
/// @param sessions how many live now
public record ServerState(
        String version,
        Instant startedAt,
        String java,
        long heapUsed,
        long heapMax,
        long acknowledged,
        long queryable,
        long sessions,
        List<InForce> settings) {
    public ServerState {
        settings = List.copyOf(settings);
    }

    /// A setting as it is. None of them is a secret. @param says what it is about
    public record InForce(String name, String value, boolean isDefault, String says) {}
}

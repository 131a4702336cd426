package dev.licet.core;

import java.time.Duration;

/// The server can't do this now and has done nothing of it: a queue is full, a disk is full, a sync failed.
/// Nobody's request is at fault; the same one may pass later.
public final class Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// When nothing is known to be wrong for longer.
    public static final Duration SOON = Duration.ofSeconds(1);

    private final Duration retryAfter;

    public Unavailable(String reason, Duration retryAfter) {
        super(reason);
        this.retryAfter = retryAfter;
    }

    public Unavailable(String reason, Duration retryAfter, Throwable cause) {
        super(reason, cause);
        this.retryAfter = retryAfter;
    }

    /// How long a caller should wait before it tries again.
    public Duration retryAfter() {
        return retryAfter;
    }
}

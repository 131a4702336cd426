package dev.licet.core;

import java.time.Duration;

/// The server can't do this now and has done nothing of it: a queue is full, a disk is full, a sync failed.
/// Nobody's request is at fault; the same one may pass later.
public final class Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// When nothing is known to be wrong for longer.
    public static final Duration SOON = Duration.ofSeconds(1);

    /// A move takes minutes.
    private static final Duration READ_ONLY = Duration.ofSeconds(30);

    private final Duration retryAfter;
    private final boolean isReadOnly;

    public Unavailable(String reason, Duration retryAfter) {
        super(reason);
        this.retryAfter = retryAfter;
        this.isReadOnly = false;
    }

    public Unavailable(String reason, Duration retryAfter, Throwable cause) {
        super(reason, cause);
        this.retryAfter = retryAfter;
        this.isReadOnly = false;
    }

    private Unavailable() {
        super("the server is read-only while its data is moved");
        this.retryAfter = READ_ONLY;
        this.isReadOnly = true;
    }

    /// To who wants to write while the operator has the server read alone.
    public static Unavailable readOnly() {
        return new Unavailable();
    }

    /// Whether reading is all that is done now.
    public boolean isReadOnly() {
        return isReadOnly;
    }

    /// How long a caller should wait before it tries again.
    public Duration retryAfter() {
        return retryAfter;
    }
}

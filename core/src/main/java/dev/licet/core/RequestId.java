package dev.licet.core;

/// The id of the request that the current thread works for; log lines carry it.
public final class RequestId {
    public static final ScopedValue<String> CURRENT = ScopedValue.newInstance();

    private RequestId() {}

    /// The id, or `-` on a thread that works for no single request.
    public static String current() {
        return CURRENT.isBound() ? CURRENT.get() : "-";
    }
}

package dev.licet.server.http;

import java.time.Duration;

/// Is told of each request that was answered. Must be quick and safe for threads.
@FunctionalInterface
public interface RequestObserver {
    void answered(String dialect, int status, Duration took);
}

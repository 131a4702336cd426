package dev.licet.demo;

import java.time.Instant;

/// A while in which the server was away.
record Outage(Instant begin, Instant end) {

    boolean has(Instant at) {
        return !at.isBefore(begin) && at.isBefore(end);
    }
}

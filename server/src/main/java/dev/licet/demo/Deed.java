package dev.licet.demo;

import java.time.Instant;

/// Something that changes what the vendor has of somebody.
sealed interface Deed {
    Instant at();

    record Joins(Instant at, Client client) implements Deed {}

    record Tries(Instant at, Stint stint) implements Deed {}

    record Buys(Instant at, Stint stint) implements Deed {}

    record Renews(Instant at, Stint stint) implements Deed {}

    record Cancels(Instant at, Stint stint, String reason) implements Deed {}

    record Refunds(Instant at, Stint stint) implements Deed {}

    record Activates(Instant at, Stint stint, Machine machine) implements Deed {}
}

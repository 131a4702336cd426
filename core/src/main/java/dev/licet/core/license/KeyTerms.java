package dev.licet.core.license;

import dev.licet.core.id.CustomerId;
import dev.licet.core.id.LicenseId;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// What a license key allows at present. Days are of 24 hours.
///
/// @param expiresAt from then on it is expired
/// @param period in days: what it was sold for, and what a new machine adds where [#machinesExtend]; 0 for no end
/// @param notes the vendor's own
/// @param blocked it is good for nothing until it is unblocked
/// @param machinesExtend whether each machine that is new to it moves its end by its period: a trial
/// @param customer who has it
/// @param license under which it was issued; empty for none
public record KeyTerms(
        Instant expiresAt,
        int period,
        Features features,
        Optional<String> notes,
        boolean blocked,
        boolean machinesExtend,
        MachineRules machines,
        Optional<CustomerId> customer,
        Optional<LicenseId> license) {

    /// The end is kept to the microsecond.
    public KeyTerms {
        expiresAt = expiresAt.truncatedTo(ChronoUnit.MICROS);
    }

    /// The longest period, and after how long a key without a period is expired all the same: some clients take no
    /// later time.
    public static final int MAX_PERIOD = 36_500;

    public static final int MAX_NOTES = 500;

    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    /// Of a key that is issued now for so many days, 0 for no end, and to any number of machines.
    public static KeyTerms issued(Instant now, int period) {
        return new KeyTerms(
                now.plus(days(period == 0 ? MAX_PERIOD : period)),
                period,
                Features.NONE,
                Optional.empty(),
                false,
                false,
                MachineRules.ANY,
                Optional.empty(),
                Optional.empty());
    }

    /// Of a key that is issued now under a license, and to any number of machines: it ends when the license's term
    /// does, counted from now in UTC. What remains of a last day counts as one in its period.
    public static KeyTerms issued(Instant now, License license) {
        Optional<Instant> end = license.term().map(term -> term.after(now, ZoneOffset.UTC));
        KeyTerms free = issued(now, 0);
        Optional<Instant> kept = end.map(instant -> instant.isAfter(LATEST) ? LATEST : instant);
        long days = kept.map(instant ->
                        Duration.between(now, instant).plusDays(1).minusNanos(1).toDays())
                .orElse(0L);
        return new KeyTerms(
                kept.orElse(free.expiresAt),
                (int) Math.min(days, MAX_PERIOD),
                free.features,
                free.notes,
                free.blocked,
                free.machinesExtend,
                free.machines,
                free.customer,
                Optional.of(license.id()));
    }

    private static Duration days(long days) {
        return Duration.ofDays(days);
    }

    /// Whether its end is from 1970 to 9999: what clients read.
    public boolean endsInReach() {
        return !expiresAt.isBefore(EARLIEST) && !expiresAt.isAfter(LATEST);
    }

    /// Whether its end was meant as one.
    public boolean hasPeriod() {
        return period > 0;
    }

    public boolean isExpired(Instant now) {
        return !now.isBefore(expiresAt);
    }

    /// So many days more, or less: from its end, or from now if that has passed. Never before 1970 or after 9999.
    public KeyTerms extended(long days, Instant now) {
        Instant end = (days > 0 && isExpired(now) ? now : expiresAt).plus(days(days));
        return withExpiry(end.isBefore(EARLIEST) ? EARLIEST : end.isAfter(LATEST) ? LATEST : end);
    }

    public KeyTerms withExpiry(Instant expiry) {
        return new KeyTerms(expiry, period, features, notes, blocked, machinesExtend, machines, customer, license);
    }

    public KeyTerms withPeriod(int changed) {
        return new KeyTerms(expiresAt, changed, features, notes, blocked, machinesExtend, machines, customer, license);
    }

    public KeyTerms withFeatures(Features changed) {
        return new KeyTerms(expiresAt, period, changed, notes, blocked, machinesExtend, machines, customer, license);
    }

    public KeyTerms withNotes(Optional<String> changed) {
        return new KeyTerms(expiresAt, period, features, changed, blocked, machinesExtend, machines, customer, license);
    }

    public KeyTerms withBlocked(boolean changed) {
        return new KeyTerms(expiresAt, period, features, notes, changed, machinesExtend, machines, customer, license);
    }

    public KeyTerms withMachinesExtend(boolean changed) {
        return new KeyTerms(expiresAt, period, features, notes, blocked, changed, machines, customer, license);
    }

    public KeyTerms withMachines(MachineRules changed) {
        return new KeyTerms(expiresAt, period, features, notes, blocked, machinesExtend, changed, customer, license);
    }

    public KeyTerms withCustomer(Optional<CustomerId> changed) {
        return new KeyTerms(expiresAt, period, features, notes, blocked, machinesExtend, machines, changed, license);
    }
}

package dev.licet.core.license;

import dev.licet.core.id.CustomerId;
import dev.licet.core.id.LicenseId;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
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
/// @param course how the time of that license runs for it
public record KeyTerms(
        Instant expiresAt,
        int period,
        Features features,
        Optional<String> notes,
        boolean blocked,
        boolean machinesExtend,
        MachineRules machines,
        Optional<CustomerId> customer,
        Optional<LicenseId> license,
        Course course) {

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
                Optional.empty(),
                Course.NONE);
    }

    /// Of a key that is issued now under a license, to as many machines as it has streams. Its time begins now, or
    /// waits for
    /// what the license says begins it.
    ///
    /// @param zone of the account: its calendar says how long days, weeks, months and years are
    public static KeyTerms issued(Instant now, License license, ZoneId zone) {
        KeyTerms free = issued(now, 0)
                .withLicense(license.id())
                .withMachines(MachineRules.ANY.withMost(license.rules().streams()));
        if (license.term().isEmpty()) {
            return free;
        }
        return license.rules().begins() == TermRules.Begin.PURCHASE
                ? free.begun(now, 1, license.term().get(), zone)
                : free.withCourse(new Course(Optional.empty(), 1));
    }

    /// Begins the time that waits.
    ///
    /// @throws IllegalStateException when none waits
    public KeyTerms begun(Instant now, License license, ZoneId zone) {
        if (!course.waits()) {
            throw new IllegalStateException("no time waits to begin");
        }
        return begun(now, course.terms(), license.term().orElseThrow(), zone);
    }

    /// One term more, as the license's rules say: after those that are there while they last, which their grace belongs
    /// to, else from now.
    public KeyTerms renewed(Instant now, License license, ZoneId zone) {
        Term term = license.term().orElseThrow();
        if (course.waits()) {
            return withCourse(new Course(Optional.empty(), course.terms() + 1));
        }
        boolean goesOn = license.rules().renewsFrom() == TermRules.RenewFrom.EXPIRY
                && now.isBefore(license.rules().graceEnd(expiresAt, zone));
        if (!goesOn) {
            return begun(now, 1, term, zone);
        }
        boolean isMoved = course.begun().isEmpty()
                || !end(course.begun().get(), course.terms(), term, zone).equals(expiresAt);
        return isMoved ? begun(expiresAt, 1, term, zone) : begun(course.begun().get(), course.terms() + 1, term, zone);
    }

    /// What remains of a last day counts as one in the period.
    private KeyTerms begun(Instant begin, int terms, Term term, ZoneId zone) {
        Instant end = end(begin, terms, term, zone);
        long days = Duration.between(begin, end).plusDays(1).minusNanos(1).toDays();
        return withCourse(new Course(Optional.of(begin), terms))
                .withPeriod((int) Math.min(days, MAX_PERIOD))
                .withExpiry(end);
    }

    /// Each term is counted from the beginning of the first: months from a 31st do not end sooner for a short one
    /// between them.
    private static Instant end(Instant begin, int terms, Term term, ZoneId zone) {
        Instant end = term.times(terms).after(begin, zone);
        return end.isAfter(LATEST) ? LATEST : end.truncatedTo(ChronoUnit.MICROS);
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

    /// When its time ends; empty where it has no end, or waits to begin.
    public Optional<Instant> end() {
        return hasPeriod() && !course.waits() ? Optional.of(expiresAt) : Optional.empty();
    }

    /// [#end] with the grace of what it is under.
    public Optional<Instant> usableUntil(Optional<KeyRule.Sold> sold) {
        return end().map(end -> sold.map(under -> under.license().rules().graceEnd(end, under.zone()))
                .orElse(end));
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
        return new KeyTerms(
                expiry, period, features, notes, blocked, machinesExtend, machines, customer, license, course);
    }

    public KeyTerms withPeriod(int changed) {
        return new KeyTerms(
                expiresAt, changed, features, notes, blocked, machinesExtend, machines, customer, license, course);
    }

    public KeyTerms withFeatures(Features changed) {
        return new KeyTerms(
                expiresAt, period, changed, notes, blocked, machinesExtend, machines, customer, license, course);
    }

    public KeyTerms withNotes(Optional<String> changed) {
        return new KeyTerms(
                expiresAt, period, features, changed, blocked, machinesExtend, machines, customer, license, course);
    }

    public KeyTerms withBlocked(boolean changed) {
        return new KeyTerms(
                expiresAt, period, features, notes, changed, machinesExtend, machines, customer, license, course);
    }

    public KeyTerms withMachinesExtend(boolean changed) {
        return new KeyTerms(expiresAt, period, features, notes, blocked, changed, machines, customer, license, course);
    }

    public KeyTerms withMachines(MachineRules changed) {
        return new KeyTerms(
                expiresAt, period, features, notes, blocked, machinesExtend, changed, customer, license, course);
    }

    public KeyTerms withCustomer(Optional<CustomerId> changed) {
        return new KeyTerms(
                expiresAt, period, features, notes, blocked, machinesExtend, machines, changed, license, course);
    }

    public KeyTerms withCourse(Course changed) {
        return new KeyTerms(
                expiresAt, period, features, notes, blocked, machinesExtend, machines, customer, license, changed);
    }

    private KeyTerms withLicense(LicenseId changed) {
        return new KeyTerms(
                expiresAt,
                period,
                features,
                notes,
                blocked,
                machinesExtend,
                machines,
                customer,
                Optional.of(changed),
                course);
    }
}

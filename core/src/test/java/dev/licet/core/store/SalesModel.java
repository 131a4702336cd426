package dev.licet.core.store;

import dev.licet.core.license.Term;
import dev.licet.core.license.TermRules;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;

/// The rules of one purchase once more, written down plainly: what the real ones are compared with.
final class SalesModel {
    private final Optional<Term> term;
    private final TermRules rules;
    private final ZoneId zone;

    boolean waits;
    private int waitingTerms;
    private Instant anchor = Instant.EPOCH;
    private int terms;
    /// Empty for ever.
    private Optional<Instant> end = Optional.empty();
    boolean cancelled;
    boolean refunded;
    BigDecimal left;

    SalesModel(Optional<Term> term, TermRules rules, ZoneId zone, BigDecimal price, Instant now) {
        this.term = term;
        this.rules = rules;
        this.zone = zone;
        this.left = price;
        if (term.isPresent()) {
            if (rules.begins() == TermRules.Begin.PURCHASE) {
                begin(now, 1);
            } else {
                waits = true;
                waitingTerms = 1;
            }
        }
    }

    private void begin(Instant at, int count) {
        waits = false;
        anchor = at;
        terms = count;
        end = Optional.of(ofTerms());
    }

    private Instant ofTerms() {
        int count = term.orElseThrow().count() * terms;
        return plus(anchor, count, term.orElseThrow().unit());
    }

    private Instant plus(Instant from, int count, Term.Unit unit) {
        ZonedDateTime there = from.atZone(zone);
        LocalDateTime local = there.toLocalDateTime();
        return switch (unit) {
            case MINUTE -> from.plusSeconds(60L * count);
            case HOUR -> from.plusSeconds(3600L * count);
            case DAY -> at(local.plusDays(count), there);
            case WEEK -> at(local.plusDays(7L * count), there);
            case MONTH -> at(local.plusMonths(count), there);
            case YEAR -> at(local.plusMonths(12L * count), there);
        };
    }

    private Instant at(LocalDateTime local, ZonedDateTime from) {
        return ZonedDateTime.ofLocal(local, zone, from.getOffset()).toInstant();
    }

    private Instant graceEnd() {
        Instant ends = end.orElseThrow();
        return rules.grace()
                .map(grace -> plus(ends, grace.count(), grace.unit()))
                .orElse(ends);
    }

    void firstUse(TermRules.Begin use, Instant now) {
        if (waits && !refunded && rules.begins() == use) {
            begin(now, waitingTerms);
        }
    }

    /// @return whether it may be
    boolean renew(BigDecimal price, Instant now) {
        if (cancelled || refunded || term.isEmpty()) {
            return false;
        }
        left = left.add(price);
        if (waits) {
            waitingTerms++;
        } else if (rules.renewsFrom() == TermRules.RenewFrom.NOW || !now.isBefore(graceEnd())) {
            begin(now, 1);
        } else {
            terms++;
            end = Optional.of(ofTerms());
        }
        return true;
    }

    boolean cancel() {
        boolean may = !cancelled && !refunded;
        cancelled |= may;
        return may;
    }

    boolean refund(BigDecimal amount, boolean ends) {
        if (refunded || amount.compareTo(left) > 0) {
            return false;
        }
        left = left.subtract(amount);
        refunded = ends;
        return true;
    }

    String standing(Instant now) {
        if (refunded) {
            return "REFUNDED";
        }
        if (waits) {
            return "WAITING";
        }
        if (end.isEmpty()) {
            return "RUNNING";
        }
        if (now.isBefore(end.get())) {
            boolean soon = rules.soon().isPresent()
                    && !plus(now, rules.soon().get().count(), rules.soon().get().unit())
                            .isBefore(end.get());
            return soon ? "EXPIRES_SOON" : "RUNNING";
        }
        return now.isBefore(graceEnd()) ? "GRACE" : "EXPIRED";
    }

    Optional<Instant> usableUntil() {
        return waits || end.isEmpty() ? Optional.empty() : Optional.of(graceEnd());
    }
}

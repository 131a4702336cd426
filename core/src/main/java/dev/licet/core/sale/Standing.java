package dev.licet.core.sale;

import dev.licet.core.license.KeyRule.Sold;
import dev.licet.core.license.KeyTerms;
import java.time.Instant;
import java.util.Optional;

/// How what was bought stands at an instant.
public enum Standing {
    /// Its time has not begun.
    WAITING(true),
    RUNNING(true),
    EXPIRES_SOON(true),
    /// It has ended, and may still be used for a while.
    GRACE(true),
    EXPIRED(false),
    REFUNDED(false),
    BLOCKED(false);

    private final boolean allowed;

    Standing(boolean allowed) {
        this.allowed = allowed;
    }

    /// Whether it may be used.
    public boolean isAllowed() {
        return allowed;
    }

    /// @param sold what the key is under; empty for none
    static Standing of(Optional<Purchase> purchase, KeyTerms terms, Optional<Sold> sold, Instant now) {
        if (purchase.isPresent() && purchase.get().refundedAt().isPresent()) {
            return REFUNDED;
        }
        if (terms.blocked()) {
            return BLOCKED;
        }
        if (terms.course().waits()) {
            return WAITING;
        }
        Optional<Instant> end = terms.end();
        if (end.isEmpty()) {
            return RUNNING;
        }
        if (now.isBefore(end.get())) {
            return sold.filter(under -> under.license().rules().isSoon(now, end.get(), under.zone()))
                            .isPresent()
                    ? EXPIRES_SOON
                    : RUNNING;
        }
        return terms.usableUntil(sold).filter(now::isBefore).isPresent() ? GRACE : EXPIRED;
    }
}

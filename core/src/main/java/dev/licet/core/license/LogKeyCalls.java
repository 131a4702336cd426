package dev.licet.core.license;

import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.Transactions;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/// The log of calls about keys: which program activated what, from where, and what it was told. Safe for threads.
public final class LogKeyCalls {
    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    private final KeyCalls calls;
    private final Products products;
    private final Transactions transactions;
    private final Duration kept;
    private final Clock clock;
    private final AtomicReference<Instant> forgotAt = new AtomicReference<>(Instant.MIN);

    /// @param kept how long calls are kept
    public LogKeyCalls(KeyCalls calls, Products products, Transactions transactions, Duration kept, Clock clock) {
        this.calls = calls;
        this.products = products;
        this.transactions = transactions;
        this.kept = kept;
        this.clock = clock;
    }

    /// Makes a change and logs it in one transaction: neither is there without the other.
    ///
    /// @param call what to log of how it ended; empty for nothing
    public <T> Outcome<T> logged(
            Caller caller, Supplier<Outcome<T>> change, Function<Outcome<T>, Optional<KeyCall>> call) {
        return transactions.run(() -> {
            Outcome<T> outcome = change.get();
            call.apply(outcome).ifPresent(made -> log(caller, made).await());
            return outcome;
        });
    }

    /// Logs a call of now. It is on disk when this is awaited; products of others, or that are not there, have no log.
    public Pending<Boolean> log(Caller caller, KeyCall call) {
        return products.find(caller.account(), call.product()).isEmpty() ? Pending.done(false) : logFound(caller, call);
    }

    /// The same of a call whose product was found, or its key.
    public Pending<Boolean> logFound(Caller caller, KeyCall call) {
        Instant before = forgotAt.get();
        if ((before == Instant.MIN || before.plus(FORGET_EVERY).isBefore(call.at()))
                && forgotAt.compareAndSet(before, call.at())) {
            calls.forgetBefore(call.at().minus(kept));
        }
        return calls.add(caller.account(), call);
    }

    public Instant now() {
        return clock.instant();
    }

    public Outcome<List<KeyCall>> list(Caller caller, KeyCalls.Query query) {
        Optional<Refusal> refusal = caller.lacks(Permission.GET_WEB_API_LOG)
                .or(() -> caller.isLockedOutOfProduct(query.product()))
                .or(() -> caller.isLockedOutOf(query.product(), Optional.empty()));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(calls.list(caller.account(), query));
    }
}

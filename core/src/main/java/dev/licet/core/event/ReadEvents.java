package dev.licet.core.event;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.NamedKey;
import dev.licet.core.license.Products;
import java.util.Optional;

/// Shows a caller the events of its own account, whatever dialect they came by.
public final class ReadEvents {
    private final NamedKey namedKey;
    private final EventLog log;

    public ReadEvents(Products products, LicenseKeys keys, EventLog log) {
        this.namedKey = new NamedKey(products, keys);
        this.log = log;
    }

    /// Why the caller may not read events at all.
    public static Optional<Refusal> refusal(Caller caller) {
        return caller.lacks(Permission.GET_EVENTS);
    }

    /// The id of the last event that came, of any account: while it is the same, there is nothing new to read.
    public long lastAcknowledged() {
        return log.lastAcknowledged();
    }

    public Outcome<EventPage> read(Caller caller, EventQuery query) {
        Optional<Refusal> refusal = refusal(caller)
                .or(() -> caller.account().equals(query.account())
                        ? Optional.empty()
                        : Optional.of(new Refusal.NotFound(Refusal.Kind.ACCOUNT)))
                .or(() -> namedKey.refusal(
                        caller, query.filter().product(), query.filter().key()));
        return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.success(log.find(query));
    }
}

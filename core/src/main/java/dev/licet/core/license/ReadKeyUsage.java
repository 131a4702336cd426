package dev.licet.core.license;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/// Shows a caller what the log of calls about its keys adds up to. Safe for threads.
public final class ReadKeyUsage {
    private final KeyUsage usage;

    public ReadKeyUsage(KeyUsage usage) {
        this.usage = usage;
    }

    public Outcome<List<KeyUsage.Day>> days(Caller caller, KeyUsage.Query query) {
        return read(caller, query, usage::days);
    }

    public Outcome<List<KeyUsage.Summary>> keys(Caller caller, KeyUsage.Query query) {
        return read(caller, query, usage::keys);
    }

    public Outcome<List<KeyUsage.Machine>> machines(Caller caller, KeyUsage.Query query) {
        return read(caller, query, usage::machines);
    }

    public Outcome<List<KeyUsage.Slot>> slots(Caller caller, KeyUsage.Query query) {
        return read(caller, query, usage::slots);
    }

    private static <T> Outcome<List<T>> read(
            Caller caller, KeyUsage.Query query, BiFunction<AccountNumber, KeyUsage.Query, List<T>> read) {
        Optional<Refusal> refusal =
                caller.lacks(Permission.GET_INSIGHTS).or(() -> caller.isLockedOutOf(query.product(), query.keyId()));
        return refusal.isPresent()
                ? Outcome.refused(refusal.get())
                : Outcome.success(read.apply(caller.account(), query));
    }
}

package dev.licet.core.offline;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.Transactions;
import dev.licet.core.id.FileId;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.license.KeyRule;
import dev.licet.core.license.KeyRule.Sold;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.NamedKey;
import dev.licet.core.license.Products;
import dev.licet.core.license.UseKeys;
import dev.licet.core.session.HoldSeats;
import dev.licet.core.session.Seat;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Gives a program a file with which it may run on one machine without asking, for a while. It takes what asking takes:
/// the machine is activated, or borrows a seat for as long as the file is good; time that waits begins. Safe for
/// threads.
public final class IssueFiles {
    private final Accounts accounts;
    private final LicenseKeys keys;
    private final NamedKey namedKey;
    private final UseKeys useKeys;
    private final HoldSeats holdSeats;
    private final ManageFileKeys fileKeys;
    private final OfflineFiles files;
    private final Transactions transactions;
    private final Duration longest;
    private final Clock clock;

    /// @param longest for how long a file may be good
    public IssueFiles(
            Accounts accounts,
            Products products,
            LicenseKeys keys,
            UseKeys useKeys,
            HoldSeats holdSeats,
            ManageFileKeys fileKeys,
            OfflineFiles files,
            Transactions transactions,
            Duration longest,
            Clock clock) {
        this.accounts = accounts;
        this.keys = keys;
        this.namedKey = new NamedKey(products, keys);
        this.useKeys = useKeys;
        this.holdSeats = holdSeats;
        this.fileKeys = fileKeys;
        this.files = files;
        this.transactions = transactions;
        this.longest = longest;
        this.clock = clock;
    }

    /// @param validFor how long, at most @param borrows whether a seat is held for that time, instead of an activation
    public record Wanted(String key, UseKeys.Device device, Duration validFor, boolean borrows) {}

    /// @param text for the program
    public record Issued(LicenseFile file, String text) {}

    public Outcome<Issued> issue(Caller caller, Optional<ProductId> product, Wanted wanted) {
        Optional<Refusal> refusal = caller.lacks(Permission.ACTIVATE).or(() -> wrong(wanted));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return namedKey.key(caller, product, wanted.key()).then(key -> {
            FileKey signer = fileKeys.newest(caller);
            return transactions.run(() -> issue(caller, key, wanted, signer));
        });
    }

    private Optional<Refusal> wrong(Wanted wanted) {
        if (wanted.device().machine().isEmpty()) {
            return Optional.of(new Refusal.InvalidField("machine", "a file is for a named machine"));
        }
        return wanted.validFor().isPositive() && wanted.validFor().compareTo(longest) <= 0
                ? Optional.empty()
                : Optional.of(new Refusal.InvalidField("validFor", "must be at most " + longest));
    }

    private Outcome<Issued> issue(Caller caller, LicenseKey key, Wanted wanted, FileKey signer) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Optional<Refusal> ended = ended(keys.use(key.id()).terms(), sold(key), now);
        if (ended.isPresent()) {
            return Outcome.refused(ended.get());
        }
        return holding(caller, key, wanted).map(seat -> {
            Optional<Sold> sold = sold(key);
            KeyTerms terms = keys.begin(key.id(), now);
            Optional<Instant> end = terms.usableUntil(sold);
            Instant until = Stream.of(Optional.of(now.plus(wanted.validFor())), end, seat.map(Seat::until))
                    .flatMap(Optional::stream)
                    .min(Instant::compareTo)
                    .orElseThrow();
            LicenseFile file = files.add(new LicenseFile(
                    new FileId(1),
                    key.account(),
                    key.id(),
                    wanted.device().machine(),
                    signer.id(),
                    now,
                    until,
                    seat.map(Seat::id)));
            Account account = accounts.find(key.account()).orElseThrow();
            return new Issued(file, FileText.of(account, key, terms, end, file, signer));
        });
    }

    private static Optional<Refusal> ended(KeyTerms terms, Optional<Sold> sold, Instant now) {
        return terms.usableUntil(sold).filter(end -> !now.isBefore(end)).map(end -> new Refusal.KeyExpired());
    }

    /// A seat that is borrowed, or an activation.
    private Outcome<Optional<Seat>> holding(Caller caller, LicenseKey key, Wanted wanted) {
        UseKeys.Device device = wanted.device();
        Optional<ProductId> product = Optional.of(key.product());
        if (!wanted.borrows()) {
            return useKeys.activate(caller, product, key.key(), device).map(report -> Optional.empty());
        }
        HoldSeats.Wanted seat = new HoldSeats.Wanted(
                device.machine(),
                Optional.empty(),
                device.friendlyName(),
                device.address(),
                wanted.validFor(),
                0,
                false,
                false,
                true);
        return holdSeats.checkOut(caller, product, key.key(), seat).await().map(held -> Optional.of(held.seat()));
    }

    private Optional<Sold> sold(LicenseKey key) {
        return keys.change(
                key.id(), "", state -> KeyRule.Change.none(state, state.sold().get()));
    }

    /// Oldest first. @param after only those with a higher id
    public Outcome<List<LicenseFile>> list(
            Caller caller, Optional<ProductId> product, Optional<String> key, long after, int most) {
        Optional<Refusal> lacking = caller.lacks(Permission.GET_KEY);
        if (lacking.isPresent()) {
            return Outcome.refused(lacking.get());
        }
        if (key.isPresent()) {
            return namedKey.key(caller, product, key.get())
                    .map(found -> files.files(caller.account(), Optional.of(found.id()), after, most));
        }
        return caller.isLockedOutOf(Optional.empty(), Optional.empty())
                .<Outcome<List<LicenseFile>>>map(Outcome::refused)
                .orElseGet(() -> Outcome.success(files.files(caller.account(), Optional.empty(), after, most)));
    }
}

package dev.licet.core.session;

import dev.licet.core.Pending;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.SeatId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The stored seats, and who waits for one. What a changing method did is on disk when it is awaited, and two calls on
/// one key happen one after the other. Safe for threads.
public interface Seats {

    /// Has a rule decide on a machine's seat of a key, and stores what it decides; nothing comes in between.
    ///
    /// @param user whose seat on another machine the rule is shown
    <T> Pending<T> change(KeyId key, String machine, Optional<String> user, Instant now, SeatRule<T> rule);

    /// Does the same with a seat that is there, held or lapsed. @return empty when it is not
    <T> Pending<Optional<T>> change(SeatId seat, Instant now, SeatRule<T> rule);

    /// Does the same for those who ask often: of the rules that wait for their turn with one seat, the last decides,
    /// and
    /// all who asked are told what it says. What it decides must not depend on who asks.
    <T> Pending<Optional<T>> ping(SeatId seat, Instant now, SeatRule<T> rule);

    /// The key that a seat, held or lapsed, is one of. It never is one of another.
    Optional<KeyId> key(SeatId seat);

    /// A seat, held or lapsed.
    Optional<Seat> find(SeatId seat);

    /// The seats that are held, by when they were first held.
    List<Seat> held(KeyId key, Instant now);

    /// How many seats are held.
    int count(KeyId key, Instant now);

    /// Forgets the seats of a key that lapsed, but for so many that lapsed last.
    void forgetLapsed(KeyId key, Instant now, int kept);

    /// Forgets the seats of all keys that lapsed before then.
    void forgetLapsedBefore(Instant then);

    /// What of some keys was held at any time from an instant on and before another, and what was denied.
    ///
    /// @param product empty for the keys of all @param key empty for all keys
    /// @param most holdings; one more is given when there are more
    Use use(
            AccountNumber account,
            Optional<ProductId> product,
            Optional<KeyId> key,
            Instant from,
            Instant until,
            int most);

    /// @param denied how often somebody was told that no seat was free, the earliest first
    record Use(List<Holding> holdings, List<Denials> denied) {}

    /// A seat was held, or is, from an instant on and before another.
    record Holding(Instant since, Instant until) {}

    /// In the quarter of an hour that begins then.
    record Denials(Instant at, long count) {}

    /// Gives who held a seat, or waited, when this server was last heard of the time that they had been given, from
    /// now on: they could not ping while it was away.
    ///
    /// @param wait how long a place in the queue is kept
    void resume(Instant now, Duration wait);
}

package dev.licet.core.session;

import dev.licet.core.Pending;
import dev.licet.core.id.KeyId;
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

    /// Gives who held a seat, or waited, when this server was last heard of the time that they had been given, from
    /// now on: they could not ping while it was away.
    ///
    /// @param wait how long a place in the queue is kept
    void resume(Instant now, Duration wait);
}

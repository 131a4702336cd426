package dev.licet.core.session;

import dev.licet.core.id.KeyId;
import dev.licet.core.id.SeatId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// One of the places that a license key has at the same time: a session of a machine that holds the license until
/// nobody has pinged it for its interval, or until it is given back.
///
/// @param machine its code, as the program on it made it; a key has one seat a machine at most
/// @param user whose program it is, as the vendor names people
/// @param friendlyName of the machine, for people
/// @param address that it was pinged from last
/// @param overdraft whether it is one more than the key has
/// @param interval how long it is held after a ping
/// @param borrowedUntil it is held at least until then, whether it is pinged or not: a license file counts on that
/// @param until when it lapses unless it is pinged before; at that instant it has lapsed
public record Seat(
        SeatId id,
        KeyId key,
        String machine,
        Optional<String> user,
        Optional<String> friendlyName,
        String address,
        boolean overdraft,
        Duration interval,
        Instant since,
        Instant until,
        Optional<Instant> borrowedUntil) {

    /// Times are kept to the microsecond.
    public Seat {
        interval = interval.truncatedTo(ChronoUnit.MICROS);
        since = since.truncatedTo(ChronoUnit.MICROS);
        until = until.truncatedTo(ChronoUnit.MICROS);
        borrowedUntil = borrowedUntil.map(then -> then.truncatedTo(ChronoUnit.MICROS));
    }

    /// The same, that lapses then.
    public Seat until(Instant then) {
        return new Seat(id, key, machine, user, friendlyName, address, overdraft, interval, since, then, borrowedUntil);
    }

    /// Whether it is held without being pinged.
    public boolean isBorrowed(Instant now) {
        return borrowedUntil.filter(now::isBefore).isPresent();
    }

    public boolean isHeld(Instant now) {
        return now.isBefore(until);
    }
}

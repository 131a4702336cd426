package dev.licet.core.license;

import dev.licet.core.id.DataObjectId;
import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.util.Optional;

/// One call of a program or a vendor about a key, done or refused: what the log of calls has.
///
/// @param id rises with each call
/// @param key its text; empty where a call names none
/// @param address that the call came from
/// @param state what was called and how it ended: see [State]
/// @param machine empty text where the call names none
/// @param seatUntil when the seat that it gave lapses
/// @param number that a data object was changed by or to
public record KeyCall(
        long id,
        ProductId product,
        Optional<String> key,
        String address,
        Instant at,
        State state,
        String machine,
        Optional<String> friendlyName,
        Optional<Instant> seatUntil,
        int number,
        Optional<DataObjectId> object) {

    /// What was called and how it ended, in four digits as clients of the licensing service read them: two for the
    /// method, 1 for done or 2 for refused, one for the detail.
    public record State(int code) {
        public static final State ACTIVATED = new State(2010);
        public static final State SEAT_TAKEN = new State(2014);
        public static final State OVERDRAFT_TAKEN = new State(2015);
        public static final State ACTIVATION_REFUSED = new State(2020);
        public static final State KEY_CREATED = new State(3010);
        public static final State KEY_REFUSED = new State(3020);
        public static final State CHANGED = new State(4010);
        public static final State CHANGE_REFUSED = new State(4020);
        public static final State DEACTIVATED = new State(6010);
        public static final State SEAT_RELEASED = new State(6011);
        public static final State DEACTIVATION_REFUSED = new State(6020);
    }
}

package dev.licet.core.license;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What the log of calls about keys adds up to. Everything has the id of the first call that it counts, so
/// that lists can be gone through by it. Machines are compared without regard to case. Safe for threads.
public interface KeyUsage {

    List<Day> days(AccountNumber account, Query query);

    List<Summary> keys(AccountNumber account, Query query);

    List<Machine> machines(AccountNumber account, Query query);

    List<Slot> slots(AccountNumber account, Query query);

    /// Which calls are counted, and which part of the list is wanted.
    ///
    /// @param from inside @param until outside
    /// @param after only higher ids, lowest first; or where `before` is given only lower ids, highest first
    record Query(
            Optional<ProductId> product,
            Optional<KeyId> keyId,
            Optional<String> key,
            Optional<String> machine,
            Optional<Instant> from,
            Optional<Instant> until,
            long after,
            OptionalLong before,
            int most) {}

    /// The calls about a product on a day of UTC.
    record Day(
            long id,
            ProductId product,
            LocalDate date,
            long done,
            long refused,
            long machines,
            long keys,
            long customers) {}

    /// The calls about a key. @param keyId empty when there is no such key
    record Summary(
            long id,
            ProductId product,
            Optional<KeyId> keyId,
            String key,
            long done,
            long refused,
            Instant first,
            Instant last,
            long activations,
            long activationsRefused,
            long seatsTaken,
            long deactivations,
            long seatsReleased,
            long dataObjectCalls) {}

    /// The calls about a key from a machine.
    record Machine(
            long id,
            ProductId product,
            Optional<KeyId> keyId,
            String key,
            String machine,
            Instant first,
            Instant last,
            long calls) {}

    /// When a machine's program ran: the activations and deactivations of half an hour of UTC that were done.
    ///
    /// @param gapSeconds since the last one of an earlier half hour
    record Slot(
            long id,
            ProductId product,
            Optional<KeyId> keyId,
            String key,
            String machine,
            Instant start,
            long activations,
            long deactivations,
            Instant first,
            Instant last,
            KeyCall.State lastState,
            OptionalInt gapSeconds) {}
}

package dev.licet.core.removal;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.RemovalId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Events that are in no answer any more: single ones that were voided, or all that name a machine, a key
/// or a user, which are erased from the disk too.
///
/// @param subject of an erasure: who or what it was about; empty for a void
/// @param by who asked for it, such as `tok_3`
/// @param upTo an erasure's: the last event that was acknowledged when it was asked; later ones stay
/// @param events a void's, by their ids
/// @param calls how many calls in the log of calls about keys went with it
/// @param done empty while something of it is left
public record Removal(
        RemovalId id,
        AccountNumber account,
        Kind kind,
        Optional<SubjectHash> subject,
        String reason,
        String by,
        Instant askedAt,
        long upTo,
        List<Long> events,
        int calls,
        Optional<Done> done) {
    public Removal {
        events = List.copyOf(events);
    }

    /// What was done.
    ///
    /// @param events how many were removed @param first when the first of them was received @param last the
    /// last
    /// @param archiveFiles how many were written anew @param journalFiles how many were given up
    /// @param unreadFiles how many could not be read, and stay as they are
    public record Done(
            Instant at,
            long events,
            Optional<Instant> first,
            Optional<Instant> last,
            int archiveFiles,
            int journalFiles,
            int unreadFiles) {}

    /// By what its events are found.
    public enum Kind {
        EVENT,
        MACHINE,
        KEY,
        USER;

        /// As it is written.
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

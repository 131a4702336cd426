package dev.licet.store.embedded;

import java.time.Instant;

/// The events of one request as the journal keeps them: there whole or not at all. [RecordFormat] has the bytes.
///
/// @param payload as [EventCodec] wrote it
record JournalRecord(long firstId, int count, Instant receivedAt, byte[] payload) {
    static final int MAX_PAYLOAD = 256 * 1024 * 1024;

    /// The id that follows those of this record.
    long nextId() {
        return firstId + count;
    }
}

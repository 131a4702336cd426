package dev.licet.store.cluster;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.once.Fingerprint;
import java.nio.ByteBuffer;
import java.util.Optional;

/// What is kept of events that are left out of the table: where they came from, and under which fingerprints they are
/// known. For one insert and one thread.
final class GoneRows {
    private final RowBinary row = new RowBinary();
    private int count;

    void add(RecordedEvent recorded, Optional<Fingerprint> print, EventRows.Source source) {
        row.number(recorded.id());
        row.number(EventRows.micros(recorded.receivedAt()));
        row.optionalFingerprint(print);
        row.number(source.partition());
        row.number(source.offset());
        count++;
    }

    int count() {
        return count;
    }

    ByteBuffer bytes() {
        return row.bytes();
    }
}

package dev.licet.store.embedded;

import dev.licet.core.event.UsageEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.NavigableMap;
import java.util.Optional;

/// The ids that clients gave to what was appended before this start: from the journal, and what it no longer has
/// from the event table, or from the archive while the table is made again.
final class PastIds implements IdIndex.Past {
    private final Path segments;
    private final Journal journal;
    private final EventTable table;
    private final Archive archive;

    PastIds(Path segments, Journal journal, EventTable table, Archive archive) {
        this.segments = segments;
        this.journal = journal;
        this.table = table;
        this.archive = archive;
    }

    @Override
    public void tellAfter(long event, IdIndex.Learner learner) throws IOException, SQLException {
        NavigableMap<Long, Path> files = Journal.segments(segments);
        if (files.firstKey() > event + 1) {
            long loaded = table.work(EventTable::applied);
            table.tellIds("event", event, files.firstKey(), learner);
            archive.tellIds(table, Math.max(event, loaded), files.firstKey(), learner);
        }
        long end = journal.end().lastId();
        long next = Math.max(event + 1, files.firstKey());
        try (JournalReader reader = new JournalReader(segments)) {
            for (Optional<JournalRecord> record = reader.next(next, end);
                    record.isPresent();
                    record = reader.next(next, end)) {
                tell(record.get(), learner);
                next = record.get().nextId();
            }
        }
    }

    private static void tell(JournalRecord record, IdIndex.Learner learner) {
        EventCodec.Decoded decoded = EventCodec.decode(record.payload(), record.count());
        decoded.requestKey().ifPresent(key -> learner.learn(key.name(), OnceOnly.request(record.firstId(), key)));
        long id = record.firstId();
        for (UsageEvent event : decoded.events()) {
            long position = id++;
            event.clientId()
                    .ifPresent(client ->
                            learner.learn(OnceOnly.fingerprint(event.account(), client), OnceOnly.event(position)));
        }
    }
}

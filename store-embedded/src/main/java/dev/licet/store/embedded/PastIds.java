package dev.licet.store.embedded;

import dev.licet.core.event.UsageEvent;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.Map;
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
        Long first = Optional.ofNullable(files.floorKey(event + 1)).orElse(files.firstKey());
        for (Map.Entry<Long, Path> file : files.tailMap(first, true).entrySet()) {
            try (FileChannel opened = FileChannel.open(file.getValue(), StandardOpenOption.READ)) {
                tell(opened, file.getKey(), event, end, learner);
            }
        }
    }

    private static void tell(FileChannel file, long firstId, long after, long end, IdIndex.Learner learner)
            throws IOException {
        long offset = 0;
        long next = firstId;
        Optional<JournalRecord> record = JournalRecord.read(file, offset, next);
        while (record.isPresent() && record.get().nextId() - 1 <= end) {
            if (record.get().nextId() > after + 1) {
                tell(record.get(), learner);
            }
            offset += record.get().size();
            next = record.get().nextId();
            record = JournalRecord.read(file, offset, next);
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

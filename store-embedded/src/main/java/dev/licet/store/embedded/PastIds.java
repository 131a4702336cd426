package dev.licet.store.embedded;

import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.once.RequestKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
        EventCodec.read(record.payload(), record.count(), new Ids(record.firstId(), learner));
    }

    /// Takes the ids out of a record, and passes over all else.
    private static final class Ids implements EventCodec.Sink<RuntimeException> {
        /// Which of an event's fields is the id that its client gave it.
        private static final int CLIENT_ID = 13;

        private final IdIndex.Learner learner;
        private long position;
        private long account;
        private int field;

        Ids(long firstId, IdIndex.Learner learner) {
            this.position = firstId;
            this.learner = learner;
        }

        @Override
        public void requestKey(byte @Nullable [] bytes) {
            if (bytes != null) {
                RequestKey key = EventCodec.requestKey(bytes);
                learner.learn(key.name(), OnceOnly.request(position, key));
            }
        }

        @Override
        public void begin(long account) {
            this.account = account;
            field = 0;
        }

        @Override
        public void number(long number) {
            field++;
        }

        @Override
        public void time(long micros) {
            field++;
        }

        @Override
        public void text(byte[] from, int at, int length) {
            if (++field == CLIENT_ID) {
                String id = new String(from, at, length, StandardCharsets.UTF_8);
                learner.learn(UsageEvent.fingerprint(new AccountNumber(account), id), OnceOnly.event(position));
            }
        }

        @Override
        public void absent() {
            field++;
        }

        @Override
        public void end() {
            position++;
        }
    }
}

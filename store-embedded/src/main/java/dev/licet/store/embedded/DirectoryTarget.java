package dev.licet.store.embedded;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.once.Fingerprint;
import dev.licet.store.sql.move.EntityTables;
import dev.licet.store.sql.move.KnownId;
import dev.licet.store.sql.move.MoveTarget;
import dev.licet.store.sql.move.MovedEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A data directory that is moved into. Events become archive files, in which ids may be missing, and the journal goes
/// on behind them; the table that questions are asked of is made from them by the first start.
final class DirectoryTarget implements MoveTarget {
    /// About what a full segment of a journal becomes.
    private static final int PART = 1_000_000;

    private static final long PART_CHARACTERS = 256L << 20;
    private static final long MEMORY = 512L << 20;

    private final Path directory;
    private final Path beside;
    private final DirectoryLock lock;
    private @Nullable Connection ids;
    private @Nullable Connection entities;
    private @Nullable Archive archive;

    // What is not in the archive yet.
    private @Nullable EventTable part;
    private long inPart;
    private long characters;
    private long upTo;

    private DirectoryTarget(Path directory, DirectoryLock lock) {
        this.directory = directory;
        this.beside = directory.resolve(EmbeddedStore.BESIDE);
        this.lock = lock;
    }

    static DirectoryTarget open(Path directory) throws IOException {
        EmbeddedStore.makeOwnDirectory(directory);
        return new DirectoryTarget(directory, DirectoryLock.take(directory));
    }

    @Override
    public void begin(String source) throws SQLException, IOException {
        Optional<String> begun = UnfinishedMove.source(directory);
        if (begun.isPresent() && !begun.get().equals(source)) {
            throw new IllegalStateException("a move of other data into " + directory
                    + " is not finished: run that one again, or delete the directory");
        }
        if (begun.isEmpty()) {
            refuseIfUsed();
        }
        EmbeddedStore.deleteTree(beside); // what an end in between has left
        Files.createDirectory(beside);
        if (begun.isEmpty()) {
            UnfinishedMove.begin(directory, beside, source);
        }
        archive = Archive.open(directory.resolve("archive"));
        upTo = archive.lastId();
        ids = IdIndex.connect("jdbc:sqlite:" + directory.resolve("ids.db"));
        try (Statement statement = ids.createStatement()) {
            statement.executeUpdate(IdIndex.SCHEMA);
        }
        ids.setAutoCommit(false);
    }

    private void refuseIfUsed() throws IOException {
        Set<String> ours = Set.of("lock", EmbeddedStore.BESIDE);
        for (Path file : Archive.list(directory)) {
            if (!ours.contains(file.getFileName().toString())) {
                throw new IllegalStateException(directory + " is not empty; a move takes an empty directory");
            }
        }
    }

    @Override
    public Optional<Fingerprint> lastId() throws SQLException {
        try (Statement statement = begun(ids).createStatement();
                ResultSet row = statement.executeQuery("SELECT max(fingerprint) FROM known")) {
            row.next();
            return Optional.ofNullable(row.getBytes(1)).map(Fingerprint::of);
        }
    }

    @Override
    public void addIds(List<KnownId> page) throws SQLException {
        try (PreparedStatement row =
                begun(ids).prepareStatement("INSERT INTO known VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
            for (KnownId id : page) {
                row.setBytes(1, id.name().toBytes());
                row.setLong(2, id.event());
                row.setBytes(3, id.content().map(Fingerprint::toBytes).orElse(null));
                row.addBatch();
            }
            row.executeBatch();
        }
        begun(ids).commit();
    }

    @Override
    public long lastEvent() throws IOException {
        return begun(archive).lastId();
    }

    @Override
    public void addEvents(List<MovedEvent> page, long last) throws SQLException, IOException {
        if (!page.isEmpty()) {
            if (part == null) {
                if (begun(archive).lastId() == 0) {
                    begun(archive).expire(page.getFirst().recorded().id() - 1);
                }
                part = EventTable.open(beside.resolve("events.duckdb"), MEMORY);
            }
            Iterator<JournalRecord> records =
                    page.stream().map(DirectoryTarget::record).iterator();
            part.load(() -> records.hasNext() ? records.next() : null, Removed.Source.NONE);
            inPart += page.size();
            for (MovedEvent event : page) {
                characters +=
                        event.recorded().event().metadata().map(String::length).orElse(0);
            }
        }
        upTo = last;
        if (inPart >= PART || characters >= PART_CHARACTERS) {
            write(begun(part));
        }
    }

    private static JournalRecord record(MovedEvent event) {
        RecordedEvent recorded = event.recorded();
        byte[] payload = EventCodec.encode(List.of(recorded.event()), event.request());
        return new JournalRecord(recorded.id(), 1, recorded.receivedAt(), payload);
    }

    /// Brings into the archive what waits.
    private void write(EventTable table) throws SQLException, IOException {
        table.inTransaction(change -> EventTable.applied(change, upTo));
        begun(archive).write(table, new IdRange(begun(archive).lastId() + 1, upTo));
        table.close();
        part = null;
        inPart = 0;
        characters = 0;
        for (Path file : Archive.list(beside)) {
            Files.delete(file);
        }
    }

    @Override
    public void endEvents() throws SQLException, IOException {
        if (begun(archive).lastId() < upTo) {
            if (part == null && begun(archive).parts().isEmpty()) {
                begun(archive).expire(upTo); // none of them is there
            } else {
                write(part == null ? EventTable.open(beside.resolve("events.duckdb"), MEMORY) : part);
            }
        }
        try (Statement statement = begun(ids).createStatement()) {
            statement.executeUpdate("UPDATE applied SET id = " + upTo);
        }
        begun(ids).commit();
    }

    @Override
    public EntityTables entities() throws SQLException {
        if (entities == null) {
            entities = SqliteDatabase.make(beside.resolve(EmbeddedStore.ENTITIES));
        }
        return new SqliteTables(entities);
    }

    @Override
    public long countEvents() throws SQLException, IOException {
        long events = 0;
        try (EventTable table = EventTable.open(beside.resolve("events.duckdb"), MEMORY)) {
            for (Archive.Part written : begun(archive).parts().values()) {
                events += begun(archive).count(table, written, "true");
            }
        }
        return events;
    }

    @Override
    public long countIds() throws SQLException {
        return EventTable.number(begun(ids), "SELECT count(*) FROM known");
    }

    @Override
    public void finish() throws SQLException, IOException {
        Connection filled = begun(entities);
        filled.commit();
        filled.close();
        begun(ids).close();
        Path file = beside.resolve(EmbeddedStore.ENTITIES);
        EmbeddedStore.refuseToLose(beside.resolve(EmbeddedStore.ENTITIES + "-wal"));
        EmbeddedStore.refuseToLose(directory.resolve("ids.db-wal"));
        Files.move(file, directory.resolve(EmbeddedStore.ENTITIES), ATOMIC_MOVE);
        Journal.syncDirectory(directory);
        EmbeddedStore.deleteTree(beside);
        UnfinishedMove.end(directory);
    }

    private static <T> T begun(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the move was not begun");
        }
        return part;
    }

    @Override
    public void close() {
        try {
            if (part != null) {
                part.close();
            }
            if (ids != null) {
                ids.close();
            }
            if (entities != null) {
                entities.close();
            }
        } catch (SQLException e) {
            System.getLogger(DirectoryTarget.class.getName())
                    .log(System.Logger.Level.ERROR, "closing what was written failed", e);
        } finally {
            lock.close();
        }
    }
}

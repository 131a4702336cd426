package dev.licet.store.embedded;

import dev.licet.core.once.Fingerprint;
import dev.licet.store.sql.move.EntityTables;
import dev.licet.store.sql.move.KnownId;
import dev.licet.store.sql.move.MoveSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A data directory that is moved from. Its server is stopped, or takes no writes: what it goes on writing,
/// `events.duckdb`, is not read here, as it is not where events are kept.
final class DirectorySource implements MoveSource {
    private static final String SCRATCH = ".move";
    private static final int PAGE = 10_000;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final DirectoryLock lock;
    private final Connection entities;
    private final Connection ids;
    private final SqliteDatabase database;
    private final EventFiles files;

    private DirectorySource(
            DirectoryLock lock, Connection entities, Connection ids, SqliteDatabase database, EventFiles files) {
        this.lock = lock;
        this.entities = entities;
        this.ids = ids;
        this.database = database;
        this.files = files;
    }

    static DirectorySource open(Path directory) throws SQLException, IOException {
        if (!EmbeddedStore.exists(directory)) {
            throw new IllegalStateException(directory + " has no data of Licet");
        }
        UnfinishedMove.refuse(directory);
        bringInOrder(directory);
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            DirectoryLock lock = opened(opened, share(directory));
            Path file = directory.resolve(EmbeddedStore.ENTITIES);
            if (!SqliteDatabase.isCurrent(file)) {
                throw new IllegalStateException("the server that has " + directory + " is of another version");
            }
            Connection entities = opened(opened, SqliteDatabase.toRead(file));
            SqliteDatabase database = opened(opened, SqliteDatabase.open(file));
            database.holdStill();
            Archive archive = Archive.open(directory.resolve("archive"));
            Path journal = directory.resolve("journal");
            long last = Math.max(archive.lastId(), JournalReader.lastId(journal));
            EventFiles files = opened(
                    opened,
                    new EventFiles(journal, archive, new SqliteRemovals(database), last, directory.resolve(SCRATCH)));
            Connection ids = opened(opened, idsUpTo(last, directory.resolve("ids.db")));
            return new DirectorySource(lock, entities, ids, database, files);
        } catch (Throwable e) {
            opened.reversed().forEach(DirectorySource::closeQuietly);
            throw e;
        }
    }

    private static <T extends AutoCloseable> T opened(List<AutoCloseable> all, T part) {
        all.add(part);
        return part;
    }

    /// As a start and a stop do, whatever an end in between has left.
    private static void bringInOrder(Path directory) {
        try {
            EmbeddedStore.open(directory).close();
        } catch (DirectoryInUse e) {
            return; // by a server that has done that
        }
    }

    private static DirectoryLock share(Path directory) {
        try {
            return DirectoryLock.share(directory);
        } catch (DirectoryInUse e) {
            throw new IllegalStateException(
                    "a server that takes writes has " + directory
                            + ": stop it, or start it again with --read-only true",
                    e);
        }
    }

    /// The ids of clients, once the server has brought all of them into the file.
    private static Connection idsUpTo(long last, Path file) throws SQLException, IOException {
        if (!Files.exists(file)) {
            throw new IllegalStateException(file + " is missing: start the server, which makes it again");
        }
        long began = System.nanoTime();
        while (true) {
            Connection ids = SqliteDatabase.toRead(file);
            boolean isThere = false;
            try {
                isThere = EventTable.number(ids, "SELECT id FROM applied") >= last;
                if (isThere) {
                    return ids;
                }
            } finally {
                if (!isThere) {
                    ids.close();
                }
            }
            if (System.nanoTime() - began > PATIENCE.toNanos()) {
                throw new IllegalStateException(file + " lacks ids: its server is still reading them, or can't");
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public EntityTables entities() {
        return new SqliteTables(entities);
    }

    @Override
    public long lastEvent() {
        return files.last();
    }

    @Override
    public long countEvents() throws SQLException, IOException {
        long[] count = {0};
        files.each(
                0,
                (table, after, upTo) -> count[0] += table.work(
                        connection -> EventTable.number(connection, "SELECT count(*) FROM event WHERE id > " + after)));
        return count[0];
    }

    @Override
    public void events(long after, Events to) throws SQLException, IOException {
        files.each(after, (table, begin, upTo) -> {
            long above = begin;
            for (var page = table.moved(above, PAGE, EventFiles.ENOUGH);
                    !page.isEmpty();
                    page = table.moved(above, PAGE, EventFiles.ENOUGH)) {
                above = page.getLast().recorded().id();
                to.add(page, above);
            }
            to.add(List.of(), upTo);
        });
    }

    @Override
    public long countIds() throws SQLException {
        return EventTable.number(ids, "SELECT count(*) FROM known");
    }

    @Override
    public void ids(Optional<Fingerprint> after, Ids to) throws SQLException {
        try (PreparedStatement statement = ids.prepareStatement(
                "SELECT fingerprint, event, content FROM known WHERE fingerprint > ? ORDER BY fingerprint")) {
            statement.setBytes(1, after.map(Fingerprint::toBytes).orElse(new byte[0]));
            List<KnownId> page = new ArrayList<>(PAGE);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    byte @Nullable [] content = row.getBytes(3);
                    page.add(new KnownId(
                            Fingerprint.of(row.getBytes(1)),
                            row.getLong(2),
                            Optional.ofNullable(content).map(Fingerprint::of)));
                    if (page.size() == PAGE) {
                        to.add(List.copyOf(page));
                        page.clear();
                    }
                }
            }
            to.add(page);
        }
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            System.getLogger(DirectorySource.class.getName())
                    .log(System.Logger.Level.ERROR, "closing what was read failed", e);
        }
    }

    @Override
    public void close() {
        List.of(files, ids, entities, database, lock).forEach(DirectorySource::closeQuietly);
    }
}

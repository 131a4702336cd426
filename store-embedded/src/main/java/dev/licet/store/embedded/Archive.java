package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// The events that the journal no longer has, as Parquet files: from them and the journal the event table can always
/// be made again, and any tool can read them. A file has the rows of the event table with the ids in its name, and has
/// its name only once it is whole and on disk.
///
/// Beside each is its checksum, since Parquet has none: a bit that flipped would else be loaded as it is. The file
/// `expired` has the id up to which events were let go on purpose, so that nobody takes them for lost, and `time` the
/// time by which that was last decided.
///
/// Safe for threads: one writes and deletes, another reads and puts aside.
final class Archive {
    private static final System.Logger LOG = System.getLogger(Archive.class.getName());
    private static final Pattern NAME = Pattern.compile("([0-9]{19})-([0-9]{19})\\.parquet");
    private static final String TEMPORARY = ".tmp";
    private static final String EXPIRED = "expired";
    private static final String TIME = "time";

    private final Path directory;

    private Archive(Path directory) {
        this.directory = directory;
    }

    static Archive open(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (Path path : list(directory)) {
            if (path.toString().endsWith(TEMPORARY)) {
                Files.delete(path); // of a process that ended before it was whole
            }
        }
        return new Archive(directory);
    }

    static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.toList();
        }
    }

    /// The files by the lowest id of each.
    NavigableMap<Long, Part> parts() throws IOException {
        NavigableMap<Long, Part> parts = new TreeMap<>();
        for (Path path : list(directory)) {
            Matcher name = NAME.matcher(path.getFileName().toString());
            if (name.matches()) {
                IdRange ids = new IdRange(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)));
                parts.put(ids.first(), new Part(ids, path));
            }
        }
        return parts;
    }

    /// One file of it.
    record Part(IdRange ids, Path path) {}

    /// The highest id that was ever in it; 0 for none.
    long lastId() throws IOException {
        Map.Entry<Long, Part> last = parts().lastEntry();
        return Math.max(expired(), last == null ? 0 : last.getValue().ids().last());
    }

    private Path path(IdRange ids) {
        return directory.resolve(String.format("%019d-%019d.parquet", ids.first(), ids.last()));
    }

    boolean has(IdRange ids) {
        return Files.exists(path(ids));
    }

    /// Writes these events of the table, which has to have loaded them all. When it returns the file is on disk, and
    /// has been read back and found to be the same.
    void write(EventTable table, IdRange ids) throws SQLException, IOException {
        String rows = "SELECT * FROM event WHERE id BETWEEN " + ids.first() + " AND " + ids.last();
        table.work(connection -> {
            run(connection, "BEGIN TRANSACTION"); // what is read back is compared with what there was
            if (EventTable.applied(connection) < ids.last()) {
                throw new IOException(ids + " are not all in the event table"); // it was put in place anew meanwhile
            }
            write(connection, rows, path(ids));
            run(connection, "COMMIT");
            return ids;
        });
    }

    /// Writes a file anew without what is removed, if it has any of that.
    ///
    /// @return whether it had
    boolean rewrite(EventTable table, Part part, Removed removed) throws SQLException, IOException {
        return table.work(connection -> {
            try (Statement statement = connection.createStatement()) {
                removed.mark(statement, "(" + all(part) + ")");
            }
            String found = "SELECT count(*) FROM (" + all(part) + ") WHERE id IN (SELECT id FROM removed)";
            if (EventTable.number(connection, found) == 0) {
                return false;
            }
            write(connection, all(part) + " WHERE id NOT IN (SELECT id FROM removed) ORDER BY id", part.path());
            return true;
        });
    }

    /// Its rows, with all columns that events have now.
    private static String all(Part part) {
        return "SELECT * FROM (SELECT * FROM event WHERE false UNION ALL BY NAME SELECT * FROM " + rows(part.path())
                + ")";
    }

    /// Puts a file on disk, in place of one that is there. Meanwhile the checksum is that of either.
    private void write(Connection connection, String rows, Path target) throws SQLException, IOException {
        Path temporary = target.resolveSibling(target.getFileName() + TEMPORARY);
        Files.deleteIfExists(temporary);
        run(connection, "COPY (" + rows + ") TO " + quoted(temporary) + " (FORMAT parquet, COMPRESSION zstd)");
        LOG.log(DEBUG, "archive: written {0}", target.getFileName());
        force(temporary);
        Contents written = contents(connection, "SELECT * FROM " + rows(temporary));
        Contents meant = contents(connection, rows);
        if (!written.equals(meant)) {
            throw new IOException(temporary + " has " + written + ", but should have " + meant);
        }
        LOG.log(DEBUG, "archive: verified {0}", target.getFileName());
        String sum = checksumOf(temporary);
        boolean replaces = Files.exists(target);
        write(checksum(target), replaces ? sum + checksumOf(target) : sum);
        LOG.log(DEBUG, "archive: summed {0}", target.getFileName());
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        Journal.syncDirectory(directory);
        if (replaces) {
            write(checksum(target), sum);
        }
        LOG.log(DEBUG, "archive: named {0}", target.getFileName());
    }

    private static void force(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            file.force(true);
        }
    }

    /// @param hash of all rows, whatever their order
    private record Contents(long rows, long first, long last, String hash) {}

    private static Contents contents(Connection connection, String rows) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT count(*), min(id), max(id), CAST(bit_xor(hash(part)) AS VARCHAR) FROM (" + rows
                                + ") AS part")) {
            row.next();
            return new Contents(row.getLong(1), row.getLong(2), row.getLong(3), String.valueOf(row.getString(4)));
        }
    }

    /// Adds those events of the file to the table that have these ids. @param change a transaction of the table
    void load(Statement change, Part part, IdRange ids) throws SQLException {
        // By name: a file of before a column was added has no such column.
        change.execute("INSERT INTO event BY NAME SELECT * FROM " + rows(part.path()) + " WHERE id BETWEEN "
                + ids.first() + " AND " + ids.last());
    }

    /// Whether the file is not as it was written. One that came here without its checksum is believed if it can be
    /// read.
    boolean isBroken(EventTable table, Part part) throws IOException {
        Path checksum = checksum(part.path());
        if (Files.exists(checksum)) {
            String sum = checksumOf(part.path()).strip();
            return Files.readString(checksum).lines().noneMatch(sum::equals);
        }
        try {
            table.work(connection -> contents(connection, "SELECT * FROM " + rows(part.path())));
            return false;
        } catch (SQLException e) {
            // Not when it is for want of something else.
            String message = String.valueOf(e.getMessage());
            return Stream.of("No space left", "Out of Memory", "Too many open files", "FATAL")
                    .noneMatch(message::contains);
        }
    }

    private static Path checksum(Path file) {
        return file.resolveSibling(file.getFileName() + ".crc32c");
    }

    private static String checksumOf(Path path) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            while (file.read(buffer.clear()) >= 0) {
                crc.update(buffer.flip());
            }
        }
        return String.format("%08x\n", crc.getValue());
    }

    /// A file that is broken is kept under another name: somebody may know how to read it.
    void putAside(Part part) throws IOException {
        Path aside = part.path().resolveSibling(part.path().getFileName() + ".broken");
        Files.move(part.path(), aside, StandardCopyOption.ATOMIC_MOVE);
        Journal.syncDirectory(directory);
        LOG.log(ERROR, "the archive file " + part.path() + " is broken; it is now " + aside.getFileName());
    }

    /// How many of its events are these. @param condition as SQL
    long count(EventTable table, Part part, String condition) throws SQLException, IOException {
        return table.work(connection ->
                EventTable.number(connection, "SELECT count(*) FROM (" + all(part) + ") WHERE " + condition));
    }

    /// Writes a file anew without what was kept long enough.
    void rewrite(EventTable table, Part part, List<Old> without) throws SQLException, IOException {
        table.work(connection -> {
            write(connection, all(part) + " WHERE NOT " + Old.any(without) + " ORDER BY id", part.path());
            return part;
        });
    }

    /// Lets the file go.
    void delete(Part part) throws IOException {
        expire(part.ids().last());
        Files.delete(part.path());
        Files.deleteIfExists(checksum(part.path()));
    }

    /// The id up to which events were let go on purpose; 0 for none.
    long expired() throws IOException {
        try {
            return Long.parseLong(Files.readString(directory.resolve(EXPIRED)).strip());
        } catch (NoSuchFileException none) {
            return 0;
        } catch (NumberFormatException e) {
            throw new IOException(directory.resolve(EXPIRED) + " should have a number", e);
        }
    }

    /// Notes that events up to this one are let go; before they are.
    void expire(long id) throws IOException {
        if (id <= expired()) {
            return;
        }
        write(directory.resolve(EXPIRED), id + "\n");
    }

    /// By which time it was last decided what is old; empty when that is not known.
    Optional<Instant> time() throws IOException {
        try {
            return Optional.of(
                    Instant.parse(Files.readString(directory.resolve(TIME)).strip()));
        } catch (NoSuchFileException | DateTimeParseException unknown) {
            return Optional.empty();
        }
    }

    void noteTime(Instant time) throws IOException {
        write(directory.resolve(TIME), time + "\n");
    }

    /// Puts a small file on disk, in place of one that is there.
    private void write(Path path, String text) throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + TEMPORARY);
        Files.writeString(temporary, text);
        force(temporary);
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        Journal.syncDirectory(directory);
    }

    /// Tells the ids that clients gave, of the archived events between these two, both left out.
    void tellIds(EventTable table, long above, long below, IdIndex.Learner learner) throws SQLException, IOException {
        List<String> files = new ArrayList<>();
        for (Part part : parts().values()) {
            if (part.ids().last() > above && part.ids().first() < below) {
                files.add("FROM " + rows(part.path()));
            }
        }
        if (!files.isEmpty()) {
            table.tellIds("(" + String.join(" UNION ALL BY NAME ", files) + ")", above, below, learner);
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// The rows of a file, as SQL. In its name DuckDB would look for patterns.
    static String rows(Path path) {
        return "read_parquet(" + quoted(path).replaceAll("[\\[*?]", "[$0]") + ")";
    }

    static String quoted(Path path) {
        return "'" + path.toAbsolutePath().toString().replace("'", "''") + "'";
    }
}

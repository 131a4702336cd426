package dev.licet.store.embedded;

import dev.licet.store.embedded.Disk.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// One file of the journal: a block that says what it is, then records whose ids follow each other.
///
/// It is named by the first id that it answers for, and **it ends where the next segment begins**, whatever else is
/// in it. That one rule ends a segment that is full, one whose write or sync failed, one that a crash left with half
/// a group at its end, and one that was damaged: nothing in it has to be cut or overwritten for that, and as soon as
/// the next one's name is on disk, what is behind the boundary can't come back.
///
/// Files that end in `.log` are of before there were headers and marks. They are read as ever, and a journal that
/// ends in one goes on in a new segment.
final class Segment implements Closeable {
    /// Of the header: a block of most disks, so that records start at one.
    static final int HEADER = 4096;

    private static final long MAGIC = 0x4C49434554_4A4E4CL; // LICETJNL
    private static final int VERSION = 2;
    private static final Pattern NAME = Pattern.compile("([0-9]{19})\\.(seg|log)");

    /// What a segment says of itself.
    ///
    /// @param mark in each of its records
    /// @param from the first id that it answers for, as in its name
    /// @param firstId of its first record; the ids before it, if any, are gone, and are meant to be
    record Header(long mark, long from, long firstId) {}

    private final DiskFile file;
    private final Path path;
    private final Header header;
    private final RecordFormat format;
    private final long start;

    private Segment(DiskFile file, Path path, Header header, RecordFormat format, long start) {
        this.file = file;
        this.path = path;
        this.header = header;
        this.format = format;
        this.start = start;
    }

    /// The segments of a journal by the ids that they are named by.
    static NavigableMap<Long, Path> list(Disk disk, Path directory) throws IOException {
        NavigableMap<Long, Path> segments = new TreeMap<>();
        for (Path path : disk.list(directory)) {
            Matcher name = NAME.matcher(path.getFileName().toString());
            // A new segment that has the name of an old one was made to replace it.
            if (name.matches() && (name.group(2).equals("seg") || !segments.containsKey(Long.valueOf(name.group(1))))) {
                segments.put(Long.valueOf(name.group(1)), path);
            }
        }
        return segments;
    }

    static Path path(Path directory, long from) {
        return directory.resolve(String.format("%019d.seg", from));
    }

    private static boolean isOld(Path path) {
        return path.toString().endsWith(".log");
    }

    /// Writes the header on a file that is to become a segment, and brings it to the disk. What else is in the file
    /// is not of this segment, since the mark is new.
    ///
    /// @param path the name that it gets
    static Segment begin(DiskFile file, Path path, Header header) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(HEADER);
        block.putLong(MAGIC).putInt(VERSION).putInt(0);
        block.putLong(header.mark()).putLong(header.from()).putLong(header.firstId());
        block.putInt(12, crc(block));
        file.writeAll(block.position(0), 0);
        file.force();
        return new Segment(file, path, header, RecordFormat.withMark(header.mark()), HEADER);
    }

    /// @param path as [#list] has it
    static Segment open(Disk disk, Path path, long from) throws IOException {
        return of(disk.open(path), path, from);
    }

    static Segment openToRead(Disk disk, Path path, long from) throws IOException {
        return of(disk.openToRead(path), path, from);
    }

    /// The same segment for one who reads it from its start to its end.
    Segment ahead() {
        return new Segment(new ReadAhead(file), path, header, format, start);
    }

    /// What was read ahead may be old by now.
    void readAnew() {
        if (file instanceof ReadAhead ahead) {
            ahead.forget();
        }
    }

    private static Segment of(DiskFile file, Path path, long from) throws IOException {
        if (isOld(path)) {
            return new Segment(file, path, new Header(0, from, from), RecordFormat.withoutMark(), 0);
        }
        boolean good = false;
        try {
            Header header = header(file).filter(read -> read.from() == from).orElseThrow(() -> new DamagedHeader(path));
            good = true;
            return new Segment(file, path, header, RecordFormat.withMark(header.mark()), HEADER);
        } finally {
            if (!good) {
                file.close();
            }
        }
    }

    /// A segment whose header can't be read, to look for what else is in it.
    static Segment openWithoutHeader(Disk disk, Path path, long from) throws IOException {
        DiskFile file = disk.openToRead(path);
        RecordFormat any = RecordFormat.withAnyMark();
        Optional<RecordFormat.Found> first = any.findAfter(file, 0, from);
        long mark = first.isPresent() ? any.markAt(file, first.get().offset()).orElseThrow() : 0;
        return new Segment(file, path, new Header(mark, from, from), RecordFormat.withMark(mark), 0);
    }

    private static Optional<Header> header(DiskFile file) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(HEADER);
        if (!file.fill(block, 0) || block.getLong(0) != MAGIC) {
            return Optional.empty();
        }
        if (block.getInt(12) != crc(block)) {
            return Optional.empty();
        }
        if (block.getInt(8) != VERSION) {
            throw new IOException(
                    "the journal was written by a newer version of Licet (segment version " + block.getInt(8) + ")");
        }
        return Optional.of(new Header(block.getLong(16), block.getLong(24), block.getLong(32)));
    }

    private static int crc(ByteBuffer block) {
        CRC32C crc = new CRC32C();
        crc.update(block.array(), 0, 12);
        crc.update(block.array(), 16, HEADER - 16);
        return (int) crc.getValue();
    }

    Path path() {
        return path;
    }

    /// The first id that it answers for.
    long from() {
        return header.from();
    }

    /// The id of its first record. It is above [#from] where events are gone on purpose.
    long firstId() {
        return header.firstId();
    }

    /// Where its first record is.
    long start() {
        return start;
    }

    boolean isOld() {
        return isOld(path);
    }

    /// Whether it had to be opened without its header.
    boolean lacksHeader() {
        return start == 0 && !isOld();
    }

    RecordFormat format() {
        return format;
    }

    /// The record at this offset if it is the one that has to come.
    Optional<RecordFormat.Found> read(long offset, long id) throws IOException {
        return format.read(file, offset, id).filter(found -> found.record().firstId() == id);
    }

    /// Whether something at this offset may be the start of a record of its own.
    boolean hasBegun(long offset) throws IOException {
        OptionalLong mark = format.markAt(file, offset);
        return isOld() ? offset < file.size() : mark.isPresent() && mark.getAsLong() == header.mark();
    }

    Optional<RecordFormat.Found> findAfter(long offset, long minId) throws IOException {
        return format.findAfter(file, offset, minId);
    }

    boolean fill(ByteBuffer bytes, long offset) throws IOException {
        return file.fill(bytes, offset);
    }

    void write(ByteBuffer bytes, long offset) throws IOException {
        file.writeAll(bytes, offset);
    }

    void force() throws IOException {
        file.force();
    }

    void truncate(long size) throws IOException {
        file.truncate(size);
    }

    long size() throws IOException {
        return file.size();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /// The block at the start of a segment is not as it was written.
    static final class DamagedHeader extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedHeader(Path path) {
            super("the journal is damaged: " + path + " has no good header at byte 0");
        }
    }
}

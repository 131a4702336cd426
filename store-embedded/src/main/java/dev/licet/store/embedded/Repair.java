package dev.licet.store.embedded;

import dev.licet.core.store.RepairReport;
import dev.licet.core.store.RepairReport.Damage;
import dev.licet.store.embedded.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Checks every segment of a journal that nobody writes, and goes on without what can't be read.
///
/// A damaged segment is not changed. What is good behind the damage is copied to a segment of its own, named by the
/// first id that is gone; its header says with which id it goes on. The damaged segment ends where that one begins,
/// and whoever reads the journal, now or when it is loaded anew, sees that the gap is meant. The bytes of the damage
/// are copied to `damaged/` before. The last copy is named first: wherever this is interrupted, the rest is still
/// found in the damaged segment by the next run.
final class Repair {
    private static final int BUFFER = 1 << 20;

    private final Disk disk;
    private final Path directory;
    private final RandomGenerator random;
    private final long loaded;
    private final boolean dryRun;
    private final Consumer<String> progress;
    private final List<Damage> damages = new ArrayList<>();
    private long events;
    private Optional<Instant> lastReceipt = Optional.empty();

    /// @param loaded the id of the last event that was taken from this journal before; 0 if that is not known
    Repair(Disk disk, Path directory, RandomGenerator random, long loaded, boolean dryRun, Consumer<String> progress) {
        this.disk = disk;
        this.directory = directory;
        this.random = random;
        this.loaded = loaded;
        this.dryRun = dryRun;
        this.progress = progress;
    }

    /// A run of good records in a damaged segment, to be a segment of its own.
    ///
    /// @param from the first id that is gone before it @param firstId of its first record
    private record Stretch(long from, long firstId, long start, long end) {}

    RepairReport run() throws IOException {
        NavigableMap<Long, Path> segments = Segment.list(disk, directory);
        int number = 0;
        for (Map.Entry<Long, Path> entry : segments.entrySet()) {
            number++;
            progress.accept(
                    "checking " + entry.getValue().getFileName() + " (" + number + " of " + segments.size() + ")");
            Long next = segments.higherKey(entry.getKey());
            check(entry.getValue(), entry.getKey(), next == null ? Long.MAX_VALUE : next);
        }
        return new RepairReport(segments.size(), events, damages, !dryRun && !damages.isEmpty());
    }

    private void check(Path path, long from, long boundary) throws IOException {
        List<Stretch> stretches = new ArrayList<>();
        try (Segment segment = open(path, from)) {
            scan(segment, boundary, stretches);
            if (dryRun) {
                return;
            }
            for (Stretch stretch : stretches.reversed()) {
                copy(segment, stretch);
            }
            if (segment.isOld() && !stretches.isEmpty() && stretches.getFirst().from() == from) {
                disk.delete(path); // replaced by one of the new form
            }
        }
    }

    private Segment open(Path path, long from) throws IOException {
        try {
            return Segment.openToRead(disk, path, from);
        } catch (Segment.DamagedHeader e) {
            return Segment.openWithoutHeader(disk, path, from);
        }
    }

    /// Follows the records from the first to the boundary; where one is missing, goes on with the next good one.
    private void scan(Segment segment, long boundary, List<Stretch> stretches) throws IOException {
        long next = segment.firstId();
        long offset = segment.start();
        Optional<Stretch> open = Optional.empty();
        if (segment.lacksHeader()) {
            Optional<RecordFormat.Found> first = segment.findAfter(0, next);
            long firstId = first.map(found -> found.record().firstId()).orElse(endOf(next, boundary));
            long start = first.map(RecordFormat.Found::offset).orElse(segment.size());
            tell(segment, 0, Math.min(start, segment.size()), next, firstId, first);
            open = Optional.of(new Stretch(next, firstId, start, start));
            next = firstId;
            offset = start;
        }
        while (next < boundary) {
            Optional<RecordFormat.Found> found =
                    segment.read(offset, next).filter(good -> good.record().nextId() <= boundary);
            if (found.isPresent()) {
                offset = found.get().end();
                next = found.get().record().nextId();
                events += found.get().record().count();
                lastReceipt = Optional.of(found.get().record().receivedAt());
                continue;
            }
            Optional<RecordFormat.Found> later = later(segment, offset, next, boundary);
            if (later.isEmpty() && next == endOf(next, boundary)) {
                break; // the end of the journal, perhaps with some of a group that nobody was told of
            }
            long goesOn = later.map(good -> good.record().firstId()).orElse(endOf(next, boundary));
            long start = later.map(RecordFormat.Found::offset).orElse(segment.size());
            tell(segment, offset, start, next, goesOn, later);
            close(open, offset, stretches);
            open = Optional.of(new Stretch(next, goesOn, start, start));
            next = goesOn;
            offset = start;
        }
        close(open, offset, stretches);
    }

    private static void close(Optional<Stretch> open, long end, List<Stretch> stretches) {
        open.ifPresent(stretch -> stretches.add(new Stretch(stretch.from(), stretch.firstId(), stretch.start(), end)));
    }

    /// The id behind the last that a segment has, where nothing more of it can be read.
    private long endOf(long next, long boundary) {
        return boundary == Long.MAX_VALUE ? Math.max(next, loaded + 1) : boundary;
    }

    /// The next good record of this segment. At the end of the journal it counts only when something later was
    /// synced after the damage, or was loaded: else it is the rest of a group that was torn by a crash.
    private Optional<RecordFormat.Found> later(Segment segment, long offset, long next, long boundary)
            throws IOException {
        Optional<RecordFormat.Found> first =
                segment.findAfter(offset, next).filter(found -> found.record().nextId() <= boundary);
        if (boundary < Long.MAX_VALUE || next <= loaded) {
            return first;
        }
        Optional<RecordFormat.Found> any = first;
        while (any.isPresent()) {
            if (any.get().groupStart() > offset || any.get().offset() == offset) {
                return first;
            }
            any = segment.findAfter(any.get().end(), next);
        }
        return Optional.empty();
    }

    private void tell(
            Segment segment, long from, long to, long firstId, long goesOn, Optional<RecordFormat.Found> later)
            throws IOException {
        String name = segment.path().getFileName().toString();
        long end = withoutZeros(segment, from, to);
        Optional<String> setAside = Optional.empty();
        if (!dryRun && end > from) {
            setAside = Optional.of(setAside(segment, name + "-" + from + "-" + end, from, end));
        }
        long queryable = Math.max(0, Math.min(goesOn - 1, loaded) - firstId + 1);
        damages.add(new Damage(
                name,
                from,
                end,
                firstId,
                goesOn - 1,
                lastReceipt,
                later.map(found -> found.record().receivedAt()),
                queryable,
                setAside));
    }

    /// Where the zeros begin that end this stretch: there is nothing to see in them.
    private static long withoutZeros(Segment segment, long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
        for (long end = to; end > from; ) {
            long start = Math.max(from, end - BUFFER);
            bytes.clear().limit((int) (end - start));
            if (!segment.fill(bytes, start)) {
                throw new IOException(segment.path() + " got shorter while it was read");
            }
            for (int i = bytes.limit() - 1; i >= 0; i--) {
                if (bytes.get(i) != 0) {
                    return start + i + 1;
                }
            }
            end = start;
        }
        return from;
    }

    /// @return the name of the file, in the journal's directory
    private String setAside(Segment segment, String name, long from, long to) throws IOException {
        Path aside = directory.resolve("damaged");
        disk.createDirectories(aside);
        try (DiskFile file = disk.create(aside.resolve(name))) {
            ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
            for (long at = from; at < to; at += bytes.limit()) {
                bytes.clear().limit((int) Math.min(BUFFER, to - at));
                if (!segment.fill(bytes, at)) {
                    throw new IOException(segment.path() + " got shorter while it was read");
                }
                file.writeAll(bytes.flip(), at - from);
            }
            file.force();
        }
        disk.syncDirectory(aside);
        disk.syncDirectory(directory);
        return aside.getFileName() + "/" + name;
    }

    private void copy(Segment damaged, Stretch stretch) throws IOException {
        Path path = Segment.path(directory, stretch.from());
        Path unfinished = directory.resolve("repair.tmp");
        progress.accept("copying what is good of " + damaged.path().getFileName() + " to " + path.getFileName());
        Segment.Header header = new Segment.Header(random.nextLong(), stretch.from(), stretch.firstId());
        try (Segment segment = Segment.begin(disk.create(unfinished), path, header)) {
            long at = segment.start();
            long next = stretch.firstId();
            for (long offset = stretch.start(); offset < stretch.end(); ) {
                RecordFormat.Found found = damaged.read(offset, next)
                        .orElseThrow(() -> new IOException(damaged.path() + " changed while it was read"));
                // Each record is a group of its own: all of them are synced.
                ByteBuffer bytes =
                        ByteBuffer.allocate(segment.format().size(found.record().payload().length));
                segment.format().write(found.record(), bytes);
                segment.write(bytes.flip(), at);
                at += bytes.capacity();
                offset = found.end();
                next = found.record().nextId();
            }
            segment.force();
        }
        disk.rename(unfinished, path);
        disk.syncDirectory(directory);
    }
}

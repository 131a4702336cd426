package dev.licet.store.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/// A disk that forgets at a power loss what was not synced, and fails when it is told to.
///
/// A file is kept twice: as the kernel shows it, and as the platters have it. A sync copies the blocks that were
/// written since; a failed one copies some of them and calls all of them clean, as Linux does. Names are synced with
/// their directory, and a power loss keeps those changes up to a random one.
final class MemoryDisk implements Disk {
    private static final int BLOCK = 512;

    /// What can go wrong.
    enum Fault {
        /// Takes fewer bytes than asked, which is no failure.
        SHORT_WRITE,
        /// Takes some of the bytes, then fails.
        WRITE,
        FORCE,
        SYNC_DIRECTORY,
        CREATE,
        OPEN,
        RENAME,
        DELETE,
        TRUNCATE
    }

    private static final class Inode {
        private byte[] shown = new byte[0];
        private byte[] durable = new byte[0];
        private final BitSet dirty = new BitSet();

        void resize(int size) {
            for (int block = Math.min(size, shown.length) / BLOCK; block <= size / BLOCK; block++) {
                dirty.set(block);
            }
            shown = Arrays.copyOf(shown, size);
        }

        void settle(int block) {
            int from = block * BLOCK;
            if (durable.length < shown.length) {
                durable = Arrays.copyOf(durable, shown.length);
            }
            int length = Math.min(BLOCK, Math.min(shown.length, durable.length) - from);
            if (length > 0) {
                System.arraycopy(shown, from, durable, from, length);
            }
        }

        void settleSome(Random random) {
            int share = random.nextInt(5);
            dirty.stream().filter(block -> random.nextInt(4) < share).forEach(this::settle);
            if (random.nextBoolean()) {
                durable = Arrays.copyOf(durable, shown.length);
            }
        }
    }

    private final Random random;
    private final Map<Path, Inode> shown = new HashMap<>();
    private final Map<Path, Inode> durable = new HashMap<>();
    private final List<Consumer<Map<Path, Inode>>> unsyncedNames = new ArrayList<>();
    private final Map<Fault, Integer> calls = new HashMap<>();
    private Fault planned = Fault.SHORT_WRITE;
    private int failFrom = Integer.MAX_VALUE;
    private int failTo = Integer.MAX_VALUE;
    private boolean struck;
    /// One call of so many fails; 0 for none.
    private int failOneOf;
    long usable = Long.MAX_VALUE;

    MemoryDisk(Random random) {
        this.random = random;
    }

    /// Fails some calls of one kind. @param first from 1
    void fail(Fault fault, int first, int times) {
        calls.clear();
        struck = false;
        planned = fault;
        failFrom = first;
        failTo = first + times;
    }

    /// Whether any call came that was to fail.
    boolean failed() {
        return struck;
    }

    void failOneOf(int calls) {
        failOneOf = calls;
    }

    /// Everything works again.
    void heal() {
        failFrom = Integer.MAX_VALUE;
        failTo = Integer.MAX_VALUE;
        failOneOf = 0;
    }

    /// The power goes: what was not synced is there in part.
    synchronized void losePower() {
        unsyncedNames.subList(0, random.nextInt(unsyncedNames.size() + 1)).forEach(change -> change.accept(durable));
        unsyncedNames.clear();
        shown.clear();
        shown.putAll(durable);
        for (Inode inode : shown.values()) {
            inode.settleSome(random);
            inode.shown = inode.durable.clone();
            inode.dirty.clear();
        }
    }

    /// The bytes of a file, to look at or to spoil.
    synchronized byte[] bytes(Path path) {
        return shown.get(path).shown;
    }

    synchronized boolean exists(Path path) {
        return shown.containsKey(path);
    }

    private boolean strikes(Fault fault) {
        int call = calls.merge(fault, 1, Integer::sum);
        boolean asPlanned = fault == planned && call >= failFrom && call < failTo;
        struck |= asPlanned;
        return asPlanned || failOneOf > 0 && random.nextInt(failOneOf) == 0;
    }

    private void mayFail(Fault fault) throws IOException {
        if (strikes(fault)) {
            throw new IOException("made for this test: " + fault);
        }
    }

    private Inode inode(Path path) throws NoSuchFileException {
        Inode inode = shown.get(path);
        if (inode == null) {
            throw new NoSuchFileException(path.toString());
        }
        return inode;
    }

    private void change(Consumer<Map<Path, Inode>> change) {
        change.accept(shown);
        unsyncedNames.add(change);
    }

    @Override
    public synchronized List<Path> list(Path directory) {
        return List.copyOf(shown.keySet());
    }

    @Override
    public void createDirectories(Path directory) {}

    @Override
    public synchronized DiskFile create(Path path) throws IOException {
        mayFail(Fault.CREATE);
        Inode inode = new Inode();
        change(names -> names.put(path, inode));
        return new MemoryFile(inode);
    }

    @Override
    public synchronized DiskFile open(Path path) throws IOException {
        mayFail(Fault.OPEN);
        return new MemoryFile(inode(path));
    }

    @Override
    public synchronized DiskFile openToRead(Path path) throws IOException {
        return new MemoryFile(inode(path));
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        mayFail(Fault.RENAME);
        Inode inode = inode(from);
        change(names -> {
            names.remove(from, inode);
            names.put(to, inode);
        });
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        mayFail(Fault.DELETE);
        change(names -> names.remove(path));
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        if (strikes(Fault.SYNC_DIRECTORY)) {
            // Some of it lasts, and nobody will try the rest again.
            unsyncedNames
                    .subList(0, random.nextInt(unsyncedNames.size() + 1))
                    .forEach(change -> change.accept(durable));
            throw new IOException("made for this test: " + Fault.SYNC_DIRECTORY);
        }
        unsyncedNames.forEach(change -> change.accept(durable));
        unsyncedNames.clear();
    }

    @Override
    public synchronized long usableSpace(Path directory) {
        return usable;
    }

    private final class MemoryFile implements DiskFile {
        private final Inode inode;

        MemoryFile(Inode inode) {
            this.inode = inode;
        }

        @Override
        public int read(ByteBuffer bytes, long offset) {
            synchronized (MemoryDisk.this) {
                if (offset >= inode.shown.length) {
                    return -1;
                }
                int length = (int) Math.min(bytes.remaining(), inode.shown.length - offset);
                bytes.put(inode.shown, (int) offset, length);
                return length;
            }
        }

        @Override
        public int write(ByteBuffer bytes, long offset) throws IOException {
            synchronized (MemoryDisk.this) {
                boolean fails = strikes(Fault.WRITE);
                int length = fails
                        ? random.nextInt(bytes.remaining())
                        : strikes(Fault.SHORT_WRITE) ? 1 + random.nextInt(bytes.remaining()) : bytes.remaining();
                int end = (int) offset + length;
                if (end > inode.shown.length) {
                    inode.resize(end);
                }
                bytes.get(inode.shown, (int) offset, length);
                if (length > 0) {
                    inode.dirty.set((int) offset / BLOCK, (end - 1) / BLOCK + 1);
                }
                if (fails) {
                    throw new IOException("made for this test: " + Fault.WRITE);
                }
                return length;
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (MemoryDisk.this) {
                if (strikes(Fault.FORCE)) {
                    inode.settleSome(random);
                    inode.dirty.clear();
                    throw new IOException("made for this test: " + Fault.FORCE);
                }
                inode.durable = Arrays.copyOf(inode.durable, inode.shown.length);
                inode.dirty.stream().forEach(inode::settle);
                inode.dirty.clear();
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (MemoryDisk.this) {
                mayFail(Fault.TRUNCATE);
                if (size < inode.shown.length) {
                    inode.resize((int) size);
                }
            }
        }

        @Override
        public long size() {
            synchronized (MemoryDisk.this) {
                return inode.shown.length;
            }
        }

        @Override
        public void close() {}
    }
}

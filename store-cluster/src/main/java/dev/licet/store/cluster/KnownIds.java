package dev.licet.store.cluster;

import dev.licet.core.once.Fingerprint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// Where each fingerprint was first seen in its partition of the topic: on the disk of whoever reads that
/// partition, made anew from the table of events by who takes it over. What the last moments before a crash have
/// added may be missing: [Partition#until] tells. What is older than all events is forgotten. For one thread, but
/// partitions may be used by others, each by one at a time.
final class KnownIds implements AutoCloseable {
    private static final long CACHE = 256L << 20;
    /// What of all partitions together is not in a file yet.
    private static final long UNWRITTEN = 256L << 20;

    private static final byte[] UNTIL = {0};
    /// What is asked or added in this order costs half of what it does in any other.
    private static final Comparator<Seen> AS_STORED = (one, other) -> {
        int high = Long.compareUnsigned(one.print().high(), other.print().high());
        int print = high == 0
                ? Long.compareUnsigned(one.print().low(), other.print().low())
                : high;
        return print == 0 ? Long.compare(one.offset(), other.offset()) : print;
    };

    /// Fingerprints that are asked for at once: what the database keeps beside each of these fits the processor's
    /// cache.
    private static final int ASKED = 1_000;

    /// The part of the memory for what is not in a file yet that its filter has: about ten bits for each. A partition
    /// has all of it from its beginning on.
    private static final double FILTER = 0.02;

    static {
        RocksDB.loadLibrary();
    }

    private final LRUCache cache = new LRUCache(CACHE);
    private final BloomFilter filter = new BloomFilter(10);
    private final ColumnFamilyOptions options = new ColumnFamilyOptions()
            .setMemtablePrefixBloomSizeRatio(FILTER)
            .setMemtableWholeKeyFiltering(true)
            .setCompressionType(CompressionType.NO_COMPRESSION) // hashes are as short as they get
            .setTableFormatConfig(new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setFilterPolicy(filter)
                    .setCacheIndexAndFilterBlocks(true));
    private final DBOptions databaseOptions = new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setDbWriteBufferSize(UNWRITTEN);
    /// Without a log: what a crash loses is learned again.
    private final WriteOptions writes = new WriteOptions().setDisableWAL(true);
    private final RocksDB database;
    private final Map<String, ColumnFamilyHandle> families = new HashMap<>();

    /// @throws IOException when the directory is another process's, or can't be written
    KnownIds(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Options plain = new Options()) {
            List<byte[]> names = RocksDB.listColumnFamilies(plain, directory.toString());
            List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
            for (byte[] name : names.isEmpty() ? List.of(RocksDB.DEFAULT_COLUMN_FAMILY) : names) {
                descriptors.add(new ColumnFamilyDescriptor(name, options));
            }
            List<ColumnFamilyHandle> handles = new ArrayList<>();
            database = RocksDB.open(databaseOptions, directory.toString(), descriptors, handles);
            for (int i = 0; i < handles.size(); i++) {
                families.put(name(descriptors.get(i).getName()), handles.get(i));
            }
        } catch (RocksDBException e) {
            throw new IOException("can't open what is known of ids in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static String name(byte[] name) {
        return new String(name, StandardCharsets.UTF_8);
    }

    /// What is known of some that were seen.
    ///
    /// @param first those that were never seen at a lower offset @param again at which offsets the others were seen
    record Told(List<Seen> first, Set<Long> again) {}

    /// Of each fingerprint the one with the lowest offset.
    static List<Seen> firsts(Collection<Seen> some) {
        List<Seen> firsts = new ArrayList<>(some.size());
        for (Seen one : some.stream().sorted(AS_STORED).toList()) {
            if (firsts.isEmpty() || !firsts.getLast().print().equals(one.print())) {
                firsts.add(one);
            }
        }
        return firsts;
    }

    /// What is known of a partition.
    Partition partition(Uuid topic, int number) throws IOException {
        String name = topic + "/" + number;
        ColumnFamilyHandle known = families.get(name);
        try {
            if (known == null) {
                known = database.createColumnFamily(
                        new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), options));
                families.put(name, known);
            }
            return new Partition(known);
        } catch (RocksDBException e) {
            throw new IOException(e);
        }
    }

    /// Forgets what is known of all topics but one.
    void keepOnly(Uuid topic) throws IOException {
        for (String name : List.copyOf(families.keySet())) {
            if (name.contains("/") && !name.startsWith(topic + "/")) {
                try (ColumnFamilyHandle other = families.remove(name)) {
                    database.dropColumnFamily(other);
                } catch (RocksDBException e) {
                    throw new IOException(e);
                }
            }
        }
    }

    /// The fingerprints of one partition.
    final class Partition {
        private final ColumnFamilyHandle family;
        /// What was seen below it is forgotten, or is being, from `next` on.
        private long forgotten;

        private byte @Nullable [] next;

        private Partition(ColumnFamilyHandle family) {
            this.family = family;
        }

        /// All that has an offset below it is known; below 0 when not even [what was moved][MovedIds] is.
        long until() throws IOException {
            try {
                byte @Nullable [] until = database.get(family, UNTIL);
                return until == null ? -1 : offset(until);
            } catch (RocksDBException e) {
                throw new IOException(e);
            }
        }

        /// Tells what is seen for the first time from what was seen before, also among these.
        Told tell(Collection<Seen> some) throws IOException {
            List<Seen> seen = some.stream().sorted(AS_STORED).toList();
            List<Seen> first = new ArrayList<>(seen.size());
            Set<Long> again = new HashSet<>();
            try {
                @Nullable Fingerprint last = null;
                for (int begin = 0; begin < seen.size(); begin += ASKED) {
                    List<Seen> asked = seen.subList(begin, Math.min(begin + ASKED, seen.size()));
                    List<byte[]> known = database.multiGetAsList(
                            Collections.nCopies(asked.size(), family),
                            asked.stream().map(one -> one.print().toBytes()).toList());
                    for (int i = 0; i < asked.size(); i++) {
                        Seen one = asked.get(i);
                        byte @Nullable [] before = known.get(i);
                        if (one.print().equals(last) || before != null && offset(before) < one.offset()) {
                            again.add(one.offset());
                        } else {
                            first.add(one);
                        }
                        last = one.print();
                    }
                }
                return new Told(first, again);
            } catch (RocksDBException e) {
                throw new IOException(e);
            }
        }

        /// Forgets what was seen at lower offsets: looks at so many at most, and goes on there the next time.
        ///
        /// @return whether there is more
        boolean forget(long below, int most) throws IOException {
            if (next == null) {
                if (below <= forgotten) {
                    return false;
                }
                forgotten = below;
                next = new byte[0];
            }
            try (RocksIterator all = database.newIterator(family);
                    WriteBatch batch = new WriteBatch()) {
                all.seek(next);
                for (int i = 0; i < most && all.isValid(); i++, all.next()) {
                    byte[] key = all.key();
                    if (key.length == Fingerprint.BYTES && offset(all.value()) < forgotten) {
                        batch.delete(family, key);
                    }
                }
                next = all.isValid() ? all.key() : null;
                all.status();
                database.write(writes, batch);
                return next != null;
            } catch (RocksDBException e) {
                throw new IOException(e);
            }
        }

        /// Adds some, all or none. @param first each fingerprint once @param until all below it is known then
        void add(Collection<Seen> first, long until) throws IOException {
            try (WriteBatch batch = new WriteBatch()) {
                for (Seen one : first) {
                    batch.put(family, one.print().toBytes(), bytes(one.offset()));
                }
                batch.put(family, UNTIL, bytes(until));
                database.write(writes, batch);
            } catch (RocksDBException e) {
                throw new IOException(e);
            }
        }
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private static long offset(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    @Override
    public void close() {
        families.values().forEach(ColumnFamilyHandle::close);
        database.close();
        writes.close();
        databaseOptions.close();
        options.close();
        filter.close();
        cache.close();
    }
}

package dev.licet.bench.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/// The disk's own sync: 4 KiB written into a file that has its size already and forced, again and again.
final class DiskSync {
    private static final int BLOCK = 4096;
    private static final int FILE_BLOCKS = 16_384;

    private DiskSync() {}

    static Latencies measure(Path directory, Duration length) throws IOException {
        Path path = directory.resolve("sync");
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        Latencies latencies = new Latencies();
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer filling = ByteBuffer.allocateDirect(FILE_BLOCKS * BLOCK);
            file.write(filling);
            file.force(true);
            long end = System.nanoTime() + length.toNanos();
            long number = 0;
            while (System.nanoTime() < end) {
                block.clear();
                block.putLong(0, ++number);
                long before = System.nanoTime();
                file.write(block, number % FILE_BLOCKS * BLOCK);
                file.force(false);
                latencies.add(System.nanoTime() - before);
            }
        } finally {
            Files.delete(path);
        }
        return latencies;
    }
}

package dev.licet.bench;

import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.store.embedded.EmbeddedStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// How many events a second are acknowledged on disk, beside what the disk itself can sync: 4 KiB written to a
/// growing file and synced, one after the other.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Benchmark)
public class AppendBenchmark {
    private final UsageEvent event = new UsageEvent(
            new AccountNumber(123_456_789_012_345L),
            "bench",
            Optional.empty(),
            Instant.EPOCH,
            Optional.of("start"),
            Optional.of("Export"),
            Optional.empty(),
            Optional.of("AAAAA-BBBBB-CCCCC-DDDDD"),
            Optional.of("machine-1"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalLong.of(2530),
            Optional.of("USD"),
            Optional.of("{\"os\":\"linux\",\"version\":\"1.0\",\"locale\":\"en\"}"));
    private final ByteBuffer block = ByteBuffer.allocateDirect(4096);

    private final Path directory;
    private final EmbeddedStore store;
    private final FileChannel yardstick;

    public AppendBenchmark() {
        try {
            directory = Files.createTempDirectory(
                    Path.of(System.getProperty("bench.dir", ".")).toAbsolutePath(), "bench");
            store = EmbeddedStore.open(directory.resolve("data"));
            yardstick = FileChannel.open(
                    directory.resolve("yardstick"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        store.close();
        yardstick.close();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Benchmark
    @Threads(1)
    public void diskSync() throws IOException {
        block.clear();
        yardstick.write(block);
        yardstick.force(false);
    }

    @Benchmark
    @Threads(1)
    public Object append_oneCaller() {
        return store.events().append(new Submission(List.of(event), Instant.EPOCH));
    }

    @Benchmark
    @Threads(64)
    public Object append_64Callers() {
        return store.events().append(new Submission(List.of(event), Instant.EPOCH));
    }
}

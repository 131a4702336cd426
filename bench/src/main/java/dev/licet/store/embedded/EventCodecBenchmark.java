package dev.licet.store.embedded;

import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// What an event costs between values and the bytes of a journal record, beside the checksum of the same bytes. In the
/// package of the codec, which nobody else can reach.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Benchmark)
public class EventCodecBenchmark {
    private static final int EVENTS = 1000;

    private final List<UsageEvent> events = Collections.nCopies(
            EVENTS,
            new UsageEvent(
                    new AccountNumber(123_456_789_012_345L),
                    "bench",
                    Optional.of("5f0c1e1a-7a5e-4f0e-9d3b-2f6f3f0f6b11"),
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
                    Optional.of("{\"os\":\"linux\",\"version\":\"1.0\",\"locale\":\"en\"}")));
    private final byte[] record = EventCodec.encode(events, Optional.empty());

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public byte[] encode() {
        return EventCodec.encode(events, Optional.empty());
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void read(Blackhole hole) {
        EventCodec.read(record, EVENTS, new Swallow(hole));
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long checksum() {
        CRC32C checksum = new CRC32C();
        checksum.update(record);
        return checksum.getValue();
    }

    private record Swallow(Blackhole hole) implements EventCodec.Sink<RuntimeException> {
        @Override
        public void requestKey(byte @Nullable [] bytes) {
            hole.consume(bytes);
        }

        @Override
        public void begin(long account) {
            hole.consume(account);
        }

        @Override
        public void number(long number) {
            hole.consume(number);
        }

        @Override
        public void time(long micros) {
            hole.consume(micros);
        }

        @Override
        public void text(byte[] from, int at, int length) {
            hole.consume(from[at + length - 1]);
        }

        @Override
        public void absent() {}

        @Override
        public void end() {}
    }
}

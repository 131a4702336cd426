package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.once.Fingerprint;
import dev.licet.store.cluster.FetchedRecords.Fetched;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FetchedRecordsTest {
    private static final Fingerprint A = Fingerprint.of("a");

    private static ConsumerRecord<ByteBuffer, ByteBuffer> record(
            long offset, byte @Nullable [] key, byte @Nullable [] value) {
        return new ConsumerRecord<>("topic", 1, offset, wrapped(key), wrapped(value));
    }

    private static @Nullable ByteBuffer wrapped(byte @Nullable [] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    private static Fetched fetched(long offset, Optional<Fingerprint> print, byte[] value) {
        return new Fetched(offset, print, ByteBuffer.wrap(value));
    }

    @Test
    void whatWasAdded_isReadAsItWas_asOftenAsOneLikes() {
        byte[] large = new byte[3 << 20];
        large[large.length - 1] = 7;
        byte[] text = "{}".getBytes(StandardCharsets.UTF_8);
        FetchedRecords records = FetchedRecords.atMost(10, 1L << 30);

        assertThat(records.add(record(5, A.toBytes(), text))).isTrue();
        assertThat(records.add(record(6, null, large))).isTrue();
        assertThat(records.add(record(9, "no fingerprint".getBytes(StandardCharsets.UTF_8), text)))
                .isTrue();
        assertThat(records.add(record(10, new byte[0], null))).isTrue();

        for (int i = 0; i < 2; i++) {
            assertThat(records.stream())
                    .containsExactly(
                            fetched(5, Optional.of(A), text),
                            fetched(6, Optional.empty(), large),
                            fetched(9, Optional.empty(), text),
                            fetched(10, Optional.empty(), new byte[0]));
        }
        assertThat(records.count()).isEqualTo(4);
        assertThat(records.until()).isEqualTo(11);
        assertThat(records.bytes()).isBetween(3L << 20, (3L << 20) + (16 << 10) + 200);
    }

    @Test
    void whatIsFull_takesNoMore() {
        FetchedRecords ofTwo = FetchedRecords.atMost(2, 1_000);
        FetchedRecords ofBytes = FetchedRecords.atMost(100, 1_000);
        FetchedRecords below = FetchedRecords.below(7);
        FetchedRecords closed = FetchedRecords.atMost(100, 1_000);
        closed.add(record(0, null, null));
        closed.close();

        assertThat(List.of(taken(ofTwo), taken(ofBytes), taken(below), taken(closed)))
                .containsExactly(2, 3, 7, 0);
        assertThat(List.of(ofTwo, ofBytes, below, closed)).allMatch(FetchedRecords::isFull);
    }

    private static int taken(FetchedRecords records) {
        for (int i = 0; i < 100; i++) {
            if (!records.add(record(i, null, new byte[400]))) {
                return i;
            }
        }
        return 100;
    }

    @Test
    void whatComesAfterAGap_endsWhatIsBelowIt() {
        FetchedRecords below = FetchedRecords.below(7);
        assertThat(below.add(record(3, null, null))).isTrue();
        assertThat(below.isFull()).isFalse();

        assertThat(below.add(record(9, null, null))).isFalse();

        assertThat(below.isFull()).isTrue();
        assertThat(below.count()).isEqualTo(1);
        assertThat(below.until()).isEqualTo(4);
    }
}

package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.once.Fingerprint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownIdsTest {
    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final Fingerprint A = Fingerprint.of("a");
    private static final Fingerprint B = Fingerprint.of("b");

    @Test
    void whatWasAdded_isFound_inItsPartitionAlone_alsoLater(@TempDir Path directory) throws IOException {
        try (KnownIds ids = new KnownIds(directory)) {
            KnownIds.Partition partition = ids.partition(TOPIC, 0);
            assertThat(partition.until()).isEqualTo(-1);
            assertThat(isKnown(partition, A)).isFalse();

            partition.add(List.of(new Seen(A, 7)), 10);

            assertThat(isKnown(partition, A)).isTrue();
            assertThat(isKnown(partition, B)).isFalse();
            assertThat(isKnown(ids.partition(TOPIC, 1), A)).isFalse();
            assertThat(isKnown(ids.partition(Uuid.randomUuid(), 0), A)).isFalse();
        }
        try (KnownIds ids = new KnownIds(directory)) {
            KnownIds.Partition partition = ids.partition(TOPIC, 0);
            assertThat(partition.until()).isEqualTo(10);
            assertThat(isKnown(partition, A)).isTrue();
            assertThat(isKnown(partition, B)).isFalse();
            assertThat(ids.partition(TOPIC, 1).until()).isEqualTo(-1);
        }
    }

    private static boolean isKnown(KnownIds.Partition partition, Fingerprint print) throws IOException {
        return partition.tell(List.of(new Seen(print, 1_000_000))).first().isEmpty();
    }

    @Test
    void whatIsSeenFirst_isToldFromWhatIsSeenAgain(@TempDir Path directory) throws IOException {
        try (KnownIds ids = new KnownIds(directory)) {
            KnownIds.Partition partition = ids.partition(TOPIC, 0);
            assertThat(partition.tell(List.of())).isEqualTo(new KnownIds.Told(List.of(), Set.of()));
            partition.add(List.of(new Seen(A, 7)), 10);

            assertThat(partition.tell(List.of(new Seen(A, 8), new Seen(B, 11), new Seen(A, 12), new Seen(B, 9))))
                    .isEqualTo(new KnownIds.Told(List.of(new Seen(B, 9)), Set.of(8L, 11L, 12L)));
            // As when a batch is inserted again, whose fingerprints were added before.
            assertThat(partition.tell(List.of(new Seen(A, 7), new Seen(A, 8))))
                    .isEqualTo(new KnownIds.Told(List.of(new Seen(A, 7)), Set.of(8L)));
            assertThat(partition.tell(List.of(new Seen(A, 6))))
                    .isEqualTo(new KnownIds.Told(List.of(new Seen(A, 6)), Set.of()));
        }
    }

    @Test
    void ofOneFingerprint_theLowestOffsetIsTheFirst() {
        assertThat(KnownIds.firsts(List.of(new Seen(A, 8), new Seen(B, 1), new Seen(A, -5), new Seen(A, 3))))
                .containsExactlyInAnyOrder(new Seen(A, -5), new Seen(B, 1));
        assertThat(KnownIds.firsts(List.of())).isEmpty();
    }

    @Test
    void ofVeryMany_eachIsFirstOnce(@TempDir Path directory) throws IOException {
        try (KnownIds ids = new KnownIds(directory)) {
            KnownIds.Partition partition = ids.partition(TOPIC, 0);
            partition.add(
                    LongStream.range(0, 5_000)
                            .mapToObj(i -> new Seen(Fingerprint.of("id " + i), i))
                            .toList(),
                    5_000);
            // Ids 4,000 to 6,999, in turns: of these 5,000 to 6,999 are new, with the lowest of their offsets.
            KnownIds.Told told = partition.tell(LongStream.range(10_000, 25_000)
                    .mapToObj(offset -> new Seen(Fingerprint.of("id " + (4_000 + offset % 3_000)), offset))
                    .toList());

            assertThat(told.first())
                    .containsExactlyInAnyOrderElementsOf(LongStream.range(10_000, 13_000)
                            .filter(offset -> 4_000 + offset % 3_000 >= 5_000)
                            .mapToObj(offset -> new Seen(Fingerprint.of("id " + (4_000 + offset % 3_000)), offset))
                            .toList());
            assertThat(told.again()).hasSize(15_000 - 2_000);
        }
    }

    @Test
    void anotherProcessesDirectory_isRefused(@TempDir Path directory) throws IOException {
        try (KnownIds ids = new KnownIds(directory)) {
            assertThat(ids.partition(TOPIC, 0).until()).isEqualTo(-1);
            assertThatThrownBy(() -> new KnownIds(directory).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(directory.toString());
        }
    }

    @Test
    void whatWasSeenBelowAnOffset_isForgotten_someAtATime(@TempDir Path directory) throws IOException {
        try (KnownIds ids = new KnownIds(directory)) {
            KnownIds.Partition partition = ids.partition(TOPIC, 0);
            List<Seen> all = LongStream.range(0, 1_000)
                    .mapToObj(i -> new Seen(Fingerprint.of("id " + i), i))
                    .toList();
            partition.add(all, 1_000);
            assertThat(partition.forget(0, 10)).isFalse();

            int calls = 1;
            while (partition.forget(600, 90)) {
                calls++;
            }

            assertThat(calls).isEqualTo(12);
            List<Seen> later = all.stream()
                    .map(one -> new Seen(one.print(), one.offset() + 1_000))
                    .toList();
            assertThat(partition.tell(later).again())
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.range(1_600, 2_000).boxed().toList());
            assertThat(partition.until()).isEqualTo(1_000);
            assertThat(partition.forget(600, 90)).isFalse();
        }
    }

    @Test
    void otherTopics_areForgotten(@TempDir Path directory) throws IOException {
        Uuid other = Uuid.randomUuid();
        try (KnownIds ids = new KnownIds(directory)) {
            ids.partition(TOPIC, 0).add(List.of(new Seen(A, 7)), 10);
            ids.partition(other, 0).add(List.of(new Seen(A, 8)), 10);

            ids.keepOnly(other);
        }
        try (KnownIds ids = new KnownIds(directory)) {
            assertThat(isKnown(ids.partition(TOPIC, 0), A)).isFalse();
            assertThat(isKnown(ids.partition(other, 0), A)).isTrue();
        }
    }
}

package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.once.Fingerprint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
            assertThat(partition.find(List.of())).isEmpty();

            partition.add(Map.of(A, 7L), 10);

            assertThat(partition.find(List.of(B, A, A))).containsExactlyEntriesOf(Map.of(A, 7L));
            assertThat(ids.partition(TOPIC, 1).find(List.of(A))).isEmpty();
            assertThat(ids.partition(Uuid.randomUuid(), 0).find(List.of(A))).isEmpty();
        }
        try (KnownIds ids = new KnownIds(directory)) {
            KnownIds.Partition partition = ids.partition(TOPIC, 0);
            assertThat(partition.until()).isEqualTo(10);
            assertThat(partition.find(List.of(A, B))).containsExactlyEntriesOf(Map.of(A, 7L));
            assertThat(ids.partition(TOPIC, 1).until()).isEqualTo(-1);
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
            Map<Fingerprint, Long> all = LongStream.range(0, 1_000)
                    .boxed()
                    .collect(Collectors.toMap(i -> Fingerprint.of("id " + i), i -> i));
            partition.add(all, 1_000);
            assertThat(partition.forget(0, 10)).isFalse();

            int calls = 1;
            while (partition.forget(600, 90)) {
                calls++;
            }

            assertThat(calls).isEqualTo(12);
            assertThat(partition.find(List.copyOf(all.keySet())))
                    .hasSize(400)
                    .allSatisfy((print, offset) -> assertThat(offset).isGreaterThanOrEqualTo(600));
            assertThat(partition.until()).isEqualTo(1_000);
            assertThat(partition.forget(600, 90)).isFalse();
        }
    }

    @Test
    void otherTopics_areForgotten(@TempDir Path directory) throws IOException {
        Uuid other = Uuid.randomUuid();
        try (KnownIds ids = new KnownIds(directory)) {
            ids.partition(TOPIC, 0).add(Map.of(A, 7L), 10);
            ids.partition(other, 0).add(Map.of(A, 8L), 10);

            ids.keepOnly(other);
        }
        try (KnownIds ids = new KnownIds(directory)) {
            assertThat(ids.partition(TOPIC, 0).find(List.of(A))).isEmpty();
            assertThat(ids.partition(other, 0).find(List.of(A))).containsExactlyEntriesOf(Map.of(A, 8L));
        }
    }
}

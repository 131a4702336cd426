package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.once.Fingerprint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
            assertThat(partition.until()).isZero();
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
            assertThat(ids.partition(TOPIC, 1).until()).isZero();
        }
    }

    @Test
    void anotherProcessesDirectory_isRefused(@TempDir Path directory) throws IOException {
        try (KnownIds ids = new KnownIds(directory)) {
            assertThat(ids.partition(TOPIC, 0).until()).isZero();
            assertThatThrownBy(() -> new KnownIds(directory).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(directory.toString());
        }
    }
}

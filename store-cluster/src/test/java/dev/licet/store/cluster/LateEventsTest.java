package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.Removals.Asked;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.Entities;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// What comes into the topic after it was erased, and what is sent again after it was removed.
@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
class LateEventsTest extends Pipeline {
    private static final Asked ASKED = new Asked("asked for it", "test", Instant.parse("2026-03-01T12:00:00Z"));
    private static final String METADATA = "{}";

    private PostgresDatabase entities;
    private Turns turns;
    private CountTables counts;
    private EventChanges changes;
    private ClusterRemovals removals;

    @BeforeEach
    void open() {
        entities = PostgresDatabase.open(source, 1, ChangeLog.keepingAll());
        turns = new Turns("insight", InsightSettings.DEFAULT);
        Entities.of(entities, turns, Optional.empty())
                .accounts()
                .add(new Account(ACCOUNT, "account", SigningKey.generate(), false, ASKED.at()));
        counts = new CountTables(table);
        counts.make();
        changes = new EventChanges(source::getConnection);
        removals = new ClusterRemovals(
                entities, source, counts, changes, reads, progress, new SinkErasures(topic.id()), Clock.systemUTC());
        removals.start();
    }

    @AfterEach
    void close() {
        removals.close();
        turns.close();
        entities.close();
    }

    private static UsageEvent of(String machine, String id) {
        return event(id, Optional.of(id), Optional.of(machine), METADATA);
    }

    /// As a server takes it that hangs before it sends the event.
    private long id() throws SQLException {
        return number("UPDATE event_position SET last_id = last_id + 1 RETURNING last_id");
    }

    /// What such a server sends in the end. @return the partition
    private int send(long id, UsageEvent event) throws Exception {
        byte[] key = event.fingerprint().orElseThrow().toBytes();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            return producer.send(new ProducerRecord<>(
                            topic.name(),
                            topic.partition(key),
                            key,
                            EventJson.write(new RecordedEvent(id, Instant.now(), event))))
                    .get()
                    .partition();
        }
    }

    private Removal erase(String machine) {
        return removals.erase(ACCOUNT, Removal.Kind.MACHINE, machine, ASKED);
    }

    private boolean isDone(Removal asked) {
        return removals.find(ACCOUNT, asked.id()).orElseThrow().done().isPresent();
    }

    private Removal awaitDone(Removal asked) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isDone(asked) && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertThat(isDone(asked)).isTrue();
        return removals.find(ACCOUNT, asked.id()).orElseThrow();
    }

    @Test
    void eventThatComesAfterItsErasure_isLeftOut_andKnownToAll() throws Exception {
        Sink one = sink("one");
        append(of("erased", "a"), of("other", "b"));
        long late = id();
        long another = id();
        all();

        Removal done = awaitDone(erase("erased"));
        send(late, of("erased", "late"));
        send(another, of("other", "c"));

        assertThat(done.done().orElseThrow().events()).isEqualTo(1);
        assertThat(names()).containsExactly("b", "c");
        append(of("erased", "new"));
        assertThat(names()).as("after it was asked for").containsExactly("b", "c", "new");

        close(one);
        sink("two");
        append(of("erased", "a"), of("erased", "late"), of("erased", "d"));
        assertThat(names()).as("sent again").containsExactly("b", "c", "d", "new");
    }

    @Test
    void erasure_waitsForABatchThatWasPlannedBeforeIt() throws Exception {
        Sink one = sink("one");
        append(of("erased", "a"));
        long late = id();
        all();
        close(one);
        int partition = send(late, of("erased", "late"));
        // As if the sink had ended after it had planned it, and had brought later ones before.
        run("INSERT INTO sink_plan (topic, partition, first, until, inserted, last_id) VALUES ('" + topic.id() + "', "
                + partition + ", 0, 0, 0, 0) ON CONFLICT DO NOTHING");
        run("UPDATE sink_plan SET until = until + 1, first = until, last_id = 1000000 WHERE partition = " + partition);
        assertThat(number("SELECT count(*) FROM sink_plan WHERE inserted < until"))
                .isEqualTo(1);

        Removal asked = erase("erased");
        Thread.sleep(2_000); // four times as long as it takes to be looked at
        assertThat(isDone(asked)).isFalse();
        assertThat(number("SELECT count(*) FROM sink_erasure"))
                .as("it is obeyed")
                .isEqualTo(1);

        sink("one");
        assertThat(awaitDone(asked).done().orElseThrow().events()).isEqualTo(2);
        assertThat(names()).isEmpty();
    }

    @Test
    void whatWasRemoved_doesNotCountAgain_forWhoTakesOver() throws Exception {
        Sink one = sink("one");
        List<Placed> placed = append(of("stays", "a"), of("stays", "voided"), of("erased", "erased"));
        all();
        removals.takeOut(ACCOUNT, Set.of(placed.get(1).id()), ASKED);
        awaitDone(erase("erased"));
        assertThat(names()).containsExactly("a");
        close(one);

        sink("two");
        append(of("stays", "a"), of("stays", "voided"), of("erased", "erased"), of("stays", "new"));

        assertThat(names()).containsExactly("a", "new");
    }

    private void appendAt(Instant at, String key, UsageEvent... events) {
        placed(append(new Submission(
                List.of(events), at, Optional.of(RequestKey.of(List.of("caller"), key, Fingerprint.of("content"))))));
    }

    @Test
    void dayThatGoes_takesWhatIsKnownOfItsEventsWithIt() throws Exception {
        Instant first = Instant.parse("2026-03-01T12:00:00Z");
        Instant second = first.plus(Duration.ofDays(1));
        sink("one");
        appendAt(first, "key of the first day", of("m", "old"), of("gone", "old and erased"));
        UsageEvent[] filling =
                IntStream.range(0, 100).mapToObj(i -> of("m", "id " + i)).toArray(UsageEvent[]::new);
        appendAt(second, "key of the second day", filling);
        all();
        awaitDone(erase("gone"));
        append(of("m", "old"), of("gone", "old and erased"), of("m", "id 7"));
        assertThat(all()).as("all are known").hasSize(101);

        try (ClusterDays days = ClusterDays.open(counts, changes, topic.id(), source::getConnection)) {
            days.drop(LocalDate.ofInstant(first, ZoneOffset.UTC));
        }

        assertThat(number("SELECT count(*) FROM event_known"))
                .as("keys of requests")
                .isEqualTo(1);
        assertThat(clickHouse.ask("SELECT count() FROM event_gone", List.of(), row -> row.number(1)))
                .containsExactly(0L);
        // Batches of all partitions tell the sink, which then forgets in its own time.
        Set<String> known = new HashSet<>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; known.size() < 2 && System.nanoTime() < end; i++) {
            append(filling);
            append(of("m", "old"), of("gone", "old and erased"));
            for (String name : names()) {
                if (name.startsWith("old")) {
                    known.add(name);
                }
            }
        }
        assertThat(known).containsExactlyInAnyOrder("old", "old and erased");
        append(of("m", "id 7"));
        assertThat(names()).hasSize(102).doesNotHaveDuplicates();
    }
}

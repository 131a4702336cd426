package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Outcome;
import dev.licet.core.Unavailable;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.store.sql.entity.Sql;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// From the intake through three brokers into the table.
@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
class SinkTest extends Pipeline {
    @Test
    void whatWasAcknowledged_comesIntoTheTable_asItWas() throws Exception {
        sink("one");
        UsageEvent event = event("used \u0000 ü", Optional.of("id"));
        Instant at = Instant.parse("2026-03-02T01:02:03.456789Z");

        List<Placed> placed = placed(append(new Submission(List.of(event), at)));

        assertThat(all()).containsExactly(new RecordedEvent(placed.getFirst().id(), at, event));
        assertThat(progress.inserted().last()).isEqualTo(placed.getFirst().id());
        assertThat(progress.inserted().receivedAt()).contains(at);
    }

    @Test
    void whatIsSentAgain_countsOnce_inTheSameBatchAndLater() throws Exception {
        append(event("a", Optional.of("1")), event("b", Optional.of("1")), event("c", Optional.of("2")));
        sink("one");
        assertThat(names()).containsExactly("a", "c");

        append(event("d", Optional.of("2")), event("e", Optional.of("3")), event("f", Optional.empty()));

        assertThat(names()).containsExactly("a", "c", "e", "f");
    }

    @Test
    void request_withAKey_countsOnce_andWithAnotherContentIsRefused() throws Exception {
        sink("one");
        RequestKey key = RequestKey.of(List.of("caller"), "key", Fingerprint.of("content"));
        List<UsageEvent> events = List.of(event("a", Optional.empty()), event("b", Optional.empty()));

        List<Placed> first = placed(append(new Submission(events, Instant.now(), Optional.of(key))));
        List<Placed> again = placed(append(new Submission(events, Instant.now(), Optional.of(key))));
        Outcome<List<Placed>> other = append(new Submission(
                events,
                Instant.now(),
                Optional.of(RequestKey.of(List.of("caller"), "key", Fingerprint.of("another content")))));

        assertThat(again)
                .isEqualTo(first.stream()
                        .map(placed -> new Placed(placed.id(), false))
                        .toList());
        assertThat(other).isInstanceOf(Outcome.Refused.class);
        assertThat(names()).containsExactly("a", "b");
    }

    private static List<UsageEvent> manyWithIds() {
        return IntStream.range(0, 1_200)
                .mapToObj(i -> event("event " + i, Optional.of("id " + i)))
                .toList();
    }

    @Test
    void whoTakesOver_insertsTheSameBatchAgain_andKnowsWhatTheOtherKnew() throws Exception {
        List<UsageEvent> events = manyWithIds();
        Sink first = sink("first");
        append(new Submission(events, Instant.now()));
        all();
        first.close();
        sinks.clear();
        // As if it had ended before it could note what it had inserted.
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE sink_plan SET inserted = first"))
                    .isPositive();
        }

        sink("second");
        append(new Submission(events, Instant.now()));
        append(event("new", Optional.of("new")));

        assertThat(names()).hasSize(1_201).doesNotHaveDuplicates();
    }

    @Test
    void whoTakesOver_learnsStepByStep_whatManyBatchesHaveBrought() throws Exception {
        List<UsageEvent> events = manyWithIds();
        Sink first = sink("first");
        append(new Submission(events, Instant.now()));
        all();
        close(first);

        append(new Submission(events, Instant.now()));
        append(event("new", Optional.of("new")));
        // Each of four partitions has about 300 ids, of which 50 are learned at once.
        sink("second", new Sink.Settings(10, 64L << 20, Duration.ofMillis(50)));

        assertThat(names()).hasSize(1_201).doesNotHaveDuplicates();
    }

    @Test
    void hoursThatEventsComeInto_areNotCountedAsTheyWere() throws Exception {
        Instant received = Instant.parse("2026-03-02T01:59:59Z");
        long hour = CountParts.hour(received);
        try (Sql sql = new Sql(source.getConnection())) {
            CountParts.add(sql, hour - 1, hour + 2);
            for (CountParts.Part part : CountParts.toCount(sql, 9)) {
                long generation = CountParts.nextGeneration(sql);
                assertThat(CountParts.build(sql, part, generation)).isTrue();
                assertThat(CountParts.take(sql, part, generation, 0)).isTrue();
            }

            append(new Submission(List.of(event("late", Optional.empty())), received));
            sink("one");
            assertThat(names()).containsExactly("late");

            assertThat(CountParts.toCount(sql, 9)).containsExactly(new CountParts.Part(hour, hour + 1, CountParts.ALL));
            assertThat(sql.all("SELECT name FROM count_change", row -> row.getString(1)))
                    .as("changes that are begun")
                    .isEmpty();
        }
    }

    @Test
    void whoTakesOver_knowsTheBatchThatWasDoneLast() throws Exception {
        Sink first = sink("first");
        append(event("a", Optional.of("1")));
        assertThat(names()).containsExactly("a");
        close(first);

        sink("second");
        append(event("again", Optional.of("1")), event("b", Optional.of("2")));

        assertThat(names()).containsExactly("a", "b");
    }

    /// Its token is known no longer, as after many other inserts.
    @Test
    void batchThatIsThere_isNotInsertedAgain_whoeverHasForgottenItsToken() throws Exception {
        Sink first = sink("first");
        append(event("a", Optional.empty()), event("b", Optional.empty()));
        assertThat(names()).containsExactly("a", "b");
        close(first);
        clickHouse.run("ALTER TABLE event MODIFY SETTING non_replicated_deduplication_window = 0");
        run("UPDATE sink_plan SET inserted = first");

        sink("second");
        append(event("c", Optional.empty()));

        assertThat(names()).containsExactly("a", "b", "c");
    }

    /// As in a ClickHouse that was killed between noting a token and having the rows, of one day of several.
    @Test
    void rowsThatAreGone_areInsertedAgain_thoughTheirTokenIsKnown() throws Exception {
        Sink first = sink("first");
        append(event("a", Optional.of("1")), event("b", Optional.empty()), event("c", Optional.of("2")));
        assertThat(names()).containsExactly("a", "b", "c");
        close(first);
        clickHouse.run("DELETE FROM event WHERE name IN ('b', 'c')");
        run("UPDATE sink_plan SET inserted = first");

        sink("second");
        append(event("d", Optional.empty()), event("again", Optional.of("2")));

        assertThat(names()).containsExactly("a", "b", "c", "d");
    }

    /// As when ClickHouse was lost, or restored from an older backup: all of it, or some, and what was voided stays so.
    @ParameterizedTest
    @ValueSource(strings = {"1 = 1", "id % 3 = 0"})
    void whatClickHouseHasLost_isBroughtAgain_butForWhatWasVoided(String lost) throws Exception {
        sink("one");
        append(new Submission(manyWithIds(), Instant.now()));
        append(event("again", Optional.of("id 7")), event("without an id", Optional.empty()));
        long voided = append(event("voided", Optional.of("voided"))).getFirst().id();
        assertThat(names()).hasSize(1_202);
        run("INSERT INTO account VALUES (" + ACCOUNT.value() + ", 'account', '', FALSE, 0)");
        run("INSERT INTO removal (id, account, kind, reason, asked_by, asked_at, up_to, calls) VALUES (1, "
                + ACCOUNT.value() + ", 'event', 'test', 'nobody', 0, 0, 0)");
        run("INSERT INTO removed_event VALUES (" + voided + ", 1)");
        clickHouse.run("DELETE FROM event WHERE id = ?", voided);
        List<String> before = names();
        clickHouse.run("ALTER TABLE event DELETE WHERE " + lost);
        assertThat(names()).hasSizeLessThan(before.size());

        assertThat(Refill.ask(topic, admin, source::getConnection, Optional.empty()))
                .isEqualTo(1_203);

        assertThat(names()).isEqualTo(before);
        append(event("again", Optional.of("id 8")), event("again", Optional.of("voided")));
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void refillSinceALaterTime_looksAtWhatCameSince() throws Exception {
        sink("one");
        append(event("a", Optional.empty()));
        Thread.sleep(50);
        Instant then = Instant.now();
        append(event("b", Optional.empty()));
        assertThat(names()).containsExactly("a", "b");
        clickHouse.run("ALTER TABLE event DELETE WHERE 1 = 1");

        assertThat(Refill.ask(topic, admin, source::getConnection, Optional.of(then)))
                .isEqualTo(1);
        assertThat(names()).containsExactly("b");
        assertThat(Refill.ask(topic, admin, source::getConnection, Optional.of(Instant.now())))
                .isZero();
    }

    @Test
    void refill_waitsForABatchThatIsHalfInserted() throws Exception {
        append(event("a", Optional.of("a")), event("b", Optional.empty()), event("c", Optional.of("c")));
        Sink one = sink("one");
        assertThat(names()).hasSize(3);
        close(one);
        run("UPDATE sink_plan SET inserted = first");
        CompletableFuture<Long> asked =
                CompletableFuture.supplyAsync(() -> Refill.ask(topic, admin, source::getConnection, Optional.empty()));
        sink("two");
        assertThat(asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(3);
        assertThat(names()).containsExactly("a", "b", "c");
    }

    /// As when it was restored from a backup, while ClickHouse and Kafka were not.
    @Test
    void postgresThatHasGoneBack_hasNothingInsertedTwice_andGivesNoIdAgain() throws Exception {
        Sink one = sink("one");
        append(event("a", Optional.of("a")));
        assertThat(names()).containsExactly("a");
        run("CREATE TABLE backup AS SELECT * FROM sink_plan");
        run("CREATE TABLE backup_of_ids AS SELECT last_id FROM event_position");
        append(new Submission(manyWithIds(), Instant.now()));
        append(event("b", Optional.empty()));
        List<String> before = names();
        long last = append(event("c", Optional.empty())).getFirst().id();
        assertThat(names()).hasSize(before.size() + 1);
        close(one);
        run("TRUNCATE sink_plan");
        run("INSERT INTO sink_plan SELECT * FROM backup");
        run("UPDATE event_position SET last_id = (SELECT last_id FROM backup_of_ids)");

        long next = append(event("d", Optional.empty())).getFirst().id();
        assertThat(next).isGreaterThan(last);
        sink("another");
        append(event("again", Optional.of("id 7")), event("e", Optional.of("e")));

        assertThat(names()).hasSize(before.size() + 3).contains("d", "e").doesNotHaveDuplicates();
        assertThat(clickHouse.ask("SELECT count() - uniqExact(id) FROM event", List.of(), row -> row.number(1)))
                .containsExactly(0L);
    }

    @Test
    void batchThatWasPlanned_isDoneAsItWas_whateverASinkTakesOnNow() throws Exception {
        keepParts();
        append(new Submission(
                IntStream.range(0, 1_200)
                        .mapToObj(i -> event("event " + i, Optional.empty()))
                        .toList(),
                Instant.now()));
        int partition = topic.ends(admin).entrySet().stream()
                .filter(end -> end.getValue() == 1_200)
                .map(Map.Entry::getKey)
                .map(TopicPartition::partition)
                .findFirst()
                .orElseThrow();
        run("INSERT INTO sink_plan (topic, partition, first, until, inserted, last_id) VALUES ('" + topic.id() + "', "
                + partition + ", 0, 900, 0, 0)");

        sink("one", new Sink.Settings(100, 64L << 20, Duration.ofSeconds(2)));

        assertThat(names()).hasSize(1_200).doesNotHaveDuplicates();
        assertThat(clickHouse.ask(
                        "SELECT rows FROM " + table.parts() + " ORDER BY rows DESC", List.of(), row -> row.number(1)))
                .containsExactly(900L, 100L, 100L, 100L);
        assertThat(number("SELECT inserted FROM sink_plan WHERE partition = " + partition))
                .isEqualTo(1_200);
    }

    /// So that each insert is seen.
    private void keepParts() {
        clickHouse.run("ALTER TABLE event MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1,"
                + " max_bytes_to_merge_at_min_space_in_pool = 1");
    }

    @Test
    void batchesEndByTheirBytes() throws Exception {
        keepParts();
        String large = "{\"large\":\"" + "x".repeat(100_000) + "\"}";
        append(new Submission(
                IntStream.range(0, 60)
                        .mapToObj(i -> event("event " + i, Optional.empty(), Optional.empty(), large))
                        .toList(),
                Instant.now()));

        sink("one", new Sink.Settings(100_000, 1 << 20, Duration.ofSeconds(2)));

        assertThat(names()).hasSize(60).doesNotHaveDuplicates();
        assertThat(clickHouse.ask("SELECT max(rows), count() FROM " + table.parts(), List.of(), row -> row.number(1)))
                .containsExactly(11L);
    }

    @Test
    void sinkThatMeetsAnError_ends_andLeavesItsPartitions() throws Exception {
        Sink first = sink("first");
        append(event("a", Optional.of("a")));
        assertThat(names()).containsExactly("a");
        close(first);
        Sink broken = new Sink(
                topic,
                settings,
                admin,
                table,
                () -> {
                    throw new OutOfMemoryError("made for this test");
                },
                directory.resolve("broken"),
                new Sink.Settings(100, 1 << 20, Duration.ofMillis(50)),
                () -> {});
        broken.start();
        assertThat(broken.awaitEnd()).as("it was closed").isFalse();

        sink("second");
        append(event("b", Optional.empty()));
        assertThat(names()).containsExactly("a", "b");
    }

    /// Of a table that is away and comes back.
    @Test
    void whileClickHouseIsAway_soMuchWaits_andNoMore() throws Exception {
        ClickHouseServer away = ClickHouseServer.alone();
        try (ClickHouse client = away.client(away.database(directory))) {
            table = new EventTable(client, Optional.empty());
            table.make();
            reads = new EventReads(table, progress, directory);
            Sink one = sink("one", new Sink.Settings(100, 64L << 20, Duration.ofMillis(50)));
            append(event("before", Optional.empty()));
            assertThat(names()).containsExactly("before");
            away.kill();
            for (int i = 0; i < 20; i++) {
                int first = i * 1_000;
                append(new Submission(
                        IntStream.range(first, first + 1_000)
                                .mapToObj(event -> event("event " + event, Optional.of("id " + event)))
                                .toList(),
                        Instant.now()));
            }
            awaitCheck(one, "events");
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (one.held() < 4 * 200 && System.nanoTime() < end) {
                Thread.sleep(100);
            }
            Thread.sleep(4_000); // some rounds more
            assertThat(one.held()).isBetween(4 * 200, 4 * 300);

            away.startAgain();
            assertThat(names()).hasSize(20_001).doesNotHaveDuplicates();
            assertThat(one.check()).isEmpty();
        } finally {
            away.kill();
        }
    }

    private static void awaitCheck(Sink sink, String part) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (sink.check().filter(wrong -> wrong.contains(part)).isEmpty() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertThat(sink.check()).hasValueSatisfying(wrong -> assertThat(wrong).contains(part));
    }

    @Test
    void topicThatIsMadeAnew_isNoticed_andBegunWithByWhoIsStartedAgain() throws Exception {
        Sink one = sink("one");
        append(event("a", Optional.empty()), event("b", Optional.empty()));
        assertThat(names()).containsExactly("a", "b");

        admin.deleteTopics(List.of(topic.name())).all().get();
        EventTopic another = EventTopic.of(admin, shape(topic.name()));
        while (another.id().equals(topic.id())) { // a broker has not heard of it
            another = EventTopic.of(admin, shape(topic.name()));
        }
        awaitCheck(one, "made anew");
        close(one);
        intake.close();

        topic = another.agreed(source::getConnection);
        progress = new TopicProgress(topic, admin, source::getConnection, Duration.ZERO);
        reads = new EventReads(table, progress, directory);
        intake = new EventIntake(topic, settings, source::getConnection, 1_000, 16L << 20, Duration.ofSeconds(10));
        intake.start();
        sink("one");
        append(event("c", Optional.of("c")), event("again", Optional.of("c")));

        assertThat(names()).containsExactly("a", "b", "c");
    }

    @Test
    void brokerAndSinksThatAreKilledOrCome_loseNothingAndCountNothingTwice() throws Exception {
        ConcurrentSkipListSet<String> acknowledged = new ConcurrentSkipListSet<>();
        AtomicInteger sent = new AtomicInteger();
        AtomicBoolean ends = new AtomicBoolean();
        List<Thread> senders = IntStream.range(0, 8)
                .mapToObj(sender -> Thread.ofVirtual().start(() -> {
                    while (!ends.get()) {
                        String name = "event " + sent.incrementAndGet();
                        for (boolean isDone = false; !isDone && !ends.get(); ) {
                            try {
                                append(event(name, Optional.of(name)), event(name + " b", Optional.of(name + " b")));
                                acknowledged.add(name);
                                acknowledged.add(name + " b");
                                isDone = true;
                            } catch (Unavailable again) {
                                Thread.onSpinWait();
                            }
                        }
                    }
                }))
                .toList();
        Sink one = sink("one");
        Thread.sleep(2_000);
        kafka.kill(1);
        Sink two = sink("two");
        Thread.sleep(4_000);
        one.close();
        sinks.remove(one);
        Thread.sleep(1_000);
        kafka.startAgain(1);
        sink("one");
        Thread.sleep(4_000);
        two.close();
        sinks.remove(two);
        ends.set(true);
        for (Thread sender : senders) {
            sender.join();
        }

        List<String> stored = names();

        assertThat(acknowledged).hasSizeGreaterThan(500);
        assertThat(stored).doesNotHaveDuplicates();
        assertThat(new HashSet<>(stored)).containsAll(acknowledged);
        assertThat(stored.size() - acknowledged.size())
                .as("sent, and its sender gone before the answer")
                .isBetween(0, 2 * 8);
    }
}

package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.AtOnce;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.TestClock;
import dev.licet.core.event.Placed;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is specific to this index; what every store does with ids is in the contract.
@Timeout(60)
class IdIndexTest {
    private static final RequestKey KEY = new RequestKey(Fingerprint.of("key"), Fingerprint.of("content"));

    @TempDir
    Path directory;

    private static List<Placed> place(EmbeddedStore store, String... clientIds) {
        Submission submission =
                new Submission(Stream.of(clientIds).map(TestEvents::withId).toList(), TestClock.START);
        return success(store.events().append(submission));
    }

    private static List<Placed> success(Outcome<List<Placed>> outcome) {
        return switch (outcome) {
            case Outcome.Success<List<Placed>>(List<Placed> placed) -> placed;
            case Outcome.Refused<List<Placed>>(Refusal refusal) -> throw new AssertionError("refused: " + refusal);
        };
    }

    /// A store with a thousand ids, and a request with a key.
    private void fill() {
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            place(store, IntStream.range(0, 1000).mapToObj(i -> "id " + i).toArray(String[]::new));
            success(store.events()
                    .append(new Submission(List.of(TestEvents.event("keyed")), TestClock.START, Optional.of(KEY))));
        }
    }

    private void assertAllAreKnown() {
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            List<Placed> placed = place(
                    store, IntStream.range(0, 1000).mapToObj(i -> "id " + i).toArray(String[]::new));
            for (int i = 0; i < 1000; i++) {
                assertThat(placed.get(i)).isEqualTo(new Placed(i + 1, false));
            }
            assertThat(success(store.events()
                            .append(new Submission(
                                    List.of(TestEvents.event("keyed")), TestClock.START, Optional.of(KEY)))))
                    .containsExactly(new Placed(1001, false));
            assertThat(TestEvents.all(store.events())).hasSize(1001);
        }
    }

    private void delete(String... suffixes) throws Exception {
        for (String suffix : suffixes) {
            Files.deleteIfExists(directory.resolve("ids.db" + suffix));
        }
    }

    @Test
    void fileThatIsLost_isMadeAgainFromTheJournal() throws Exception {
        fill();
        delete("", "-wal", "-shm");

        assertAllAreKnown();
    }

    @Test
    void fileOfLongAgo_learnsWhatCameAfter() throws Exception {
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            place(store, IntStream.range(0, 500).mapToObj(i -> "id " + i).toArray(String[]::new));
        }
        Files.copy(directory.resolve("ids.db"), directory.resolve("old"));
        fill();
        delete("-wal", "-shm");
        Files.move(directory.resolve("old"), directory.resolve("ids.db"), StandardCopyOption.REPLACE_EXISTING);

        assertAllAreKnown();
    }

    @Test
    void fileThatIsBroken_isPutAsideAndMadeAgain() throws Exception {
        fill();
        delete("-wal", "-shm");
        Files.writeString(directory.resolve("ids.db"), "this is no database".repeat(1000));

        assertAllAreKnown();

        assertThat(directory.resolve("ids.db.broken")).exists();
    }

    @Test
    void requestsOfTheSameIds_manyTimes_countOnceAndTheFileHasThemAll() throws Exception {
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            AtOnce.run(16, thread -> {
                for (int i = 0; i < 200; i++) {
                    place(store, "id " + (i + thread) % 200, "id " + (i + 7 * thread) % 200);
                }
                return 0;
            });
            assertThat(TestEvents.all(store.events())).hasSize(200);
        }
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            assertThat(place(
                            store,
                            IntStream.range(0, 200).mapToObj(i -> "id " + i).toArray(String[]::new)))
                    .noneMatch(Placed::isNew);
        }
    }

    @Test
    void whatWasLetGo_isForgottenAfterAWhile() throws Exception {
        Path file = directory.resolve("ids.db");
        try (IdIndex index = IdIndex.open(file, () -> 10, (event, learner) -> {
            for (int i = 1; i <= 10; i++) {
                learner.learn(Fingerprint.of("id " + i), OnceOnly.event(i));
            }
        })) {
            index.awaitPast();
            index.forgetBelow(6);
            for (int i = 0; i < 300 && !IntStream.range(1, 6).allMatch(id -> isFree(index, "id " + id)); i++) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            for (int i = 1; i <= 10; i++) {
                assertThat(isFree(index, "id " + i)).as("id " + i).isEqualTo(i < 6);
            }
        }
    }

    @Test
    void eventsThatAreLetGo_areNewAgain_andThoseThatAreKeptStayDuplicates() throws Exception {
        TestClock clock = new TestClock();
        EmbeddedStore.EventSettings settings = new EmbeddedStore.EventSettings(
                Duration.ofDays(30), false, TestEvents.QUERY_MEMORY, JournalSettings.OFFLINE);
        try (EmbeddedStore store = EmbeddedStore.open(directory, settings, clock, clock::nanos)) {
            int old = 0;
            while (segments() < 2) {
                assertThat(TestEvents.append(store.events(), clock.instant(), old(++old)))
                        .isEqualTo(old);
            }
            clock.advance(Duration.ofDays(31));
            TestEvents.append(store.events(), clock.instant(), TestEvents.withId("new"));
            assertThat(TestEvents.all(store.events())).isNotEmpty(); // all are loaded
            clock.advance(Duration.ofHours(2));
            for (int i = 0; i < 300 && (segments() > 1 || rows() != 2); i++) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            assertThat(rows()).isEqualTo(2);
            assertThat(TestEvents.append(store.events(), clock.instant(), old(1)))
                    .as("let go")
                    .isEqualTo(old + 2);
            assertThat(TestEvents.append(store.events(), clock.instant(), old(old)))
                    .as("too old, but in the journal still")
                    .isEqualTo(old);
            assertThat(TestEvents.append(store.events(), clock.instant(), TestEvents.withId("new")))
                    .isEqualTo(old + 1);
        }
    }

    private static UsageEvent old(int number) {
        return TestEvents.withId("old " + number + "x".repeat(20_000));
    }

    private int segments() throws IOException {
        return Journal.segments(directory.resolve("journal")).size();
    }

    private long rows() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("ids.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM known")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static boolean isFree(IdIndex index, String id) {
        if (index.claim(Fingerprint.of(id)) instanceof IdIndex.Claim.Mine) {
            index.giveUp(Fingerprint.of(id));
            return true;
        }
        return false;
    }

    @Test
    void claim_thatIsGivenUp_isAnothers() throws Exception {
        try (IdIndex index = IdIndex.open(directory.resolve("ids.db"), () -> 0, (event, learner) -> {})) {
            Fingerprint id = Fingerprint.of("id");
            assertThat(index.claim(id)).isInstanceOf(IdIndex.Claim.Mine.class);
            IdIndex.Claim second = index.claim(id);
            assertThat(second).isInstanceOf(IdIndex.Claim.InFlight.class);
            index.giveUp(id);
            assertThat(((IdIndex.Claim.InFlight) second).outcome()).isCompletedWithValue(Optional.empty());
            assertThat(index.claim(id)).isInstanceOf(IdIndex.Claim.Mine.class);
            index.settle(id, OnceOnly.event(7));
            index.giveUp(id); // too late
            assertThat(index.claim(id)).isEqualTo(new IdIndex.Claim.Taken(OnceOnly.event(7)));
            assertThatThrownBy(() -> index.settle(Fingerprint.of("other"), OnceOnly.event(8)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}

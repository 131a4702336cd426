package dev.licet.store.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.event.Placed;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.Submission;
import dev.licet.core.removal.Removals;
import dev.licet.core.store.MoveReport;
import dev.licet.core.store.Store;
import dev.licet.store.embedded.EmbeddedStore;
import dev.licet.store.postgres.Filled;
import dev.licet.store.postgres.KilledMoves;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.move.EntityTables;
import dev.licet.store.sql.move.Move;
import dev.licet.store.sql.move.MoveSource;
import dev.licet.store.sql.move.MoveTarget;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// From a data directory or a database into PostgreSQL and ClickHouse, and back: all of it, as it was, and nothing
/// half.
@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
@Timeout(600)
class ClusterMoveTest {
    private static KafkaServers kafka;

    @TempDir
    Path temporary;

    private Path directory;
    private Path back;
    private ClusterStore.Addresses cluster;

    @BeforeAll
    static void startKafka() throws Exception {
        kafka = KafkaServers.start(1);
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @BeforeEach
    void name() {
        directory = temporary.resolve("directory");
        back = temporary.resolve("back");
        cluster = TestCluster.addresses(temporary, kafka.addresses(), 1);
    }

    private static MoveReport move(Supplier<MoveSource> from, Supplier<MoveTarget> to) {
        try (MoveSource source = from.get();
                MoveTarget target = to.get()) {
            return Move.run(source, target, (things, done, of) -> {});
        }
    }

    private MoveReport intoCluster() {
        return move(() -> EmbeddedStore.toMoveFrom(directory), () -> ClusterStore.toMoveInto(cluster));
    }

    private MoveReport intoDirectory() {
        return move(() -> ClusterStore.toMoveFrom(cluster), () -> EmbeddedStore.toMoveInto(back));
    }

    private ClusterStore node(boolean isReadOnly) {
        return ClusterStore.open(
                cluster,
                new ClusterStore.Settings(
                        16_384,
                        64L << 20,
                        Duration.ofSeconds(10),
                        InsightSettings.DEFAULT,
                        TestCluster.COUNTED_AT_ONCE,
                        Optional.empty(),
                        Duration.ofDays(400),
                        Duration.ofSeconds(30),
                        temporary),
                isReadOnly,
                Clock.systemUTC(),
                Clock.systemUTC());
    }

    private Sink sink() throws Exception {
        return ClusterStore.sink(
                cluster, temporary.resolve("sink"), new Sink.Settings(1_000, 1 << 20, Duration.ofMillis(1)));
    }

    private static Map<String, List<String>> entitiesOf(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return Filled.entities(connection);
        }
    }

    private static Map<String, List<String>> entitiesOf(Path directory) throws SQLException {
        try (Connection connection = Filled.sqlite(directory)) {
            return Filled.entities(connection);
        }
    }

    private static List<String> idsOf(Path directory) throws SQLException {
        try (Connection ids = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("ids.db"))) {
            return Filled.rows(
                    ids, "SELECT lower(hex(fingerprint)) AS name, event, lower(hex(content)) AS content FROM known");
        }
    }

    private static List<String> eventsOf(Path directory) {
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            return events(store);
        }
    }

    /// In ClickHouse half of a surrogate pair is a question mark.
    private static List<String> events(Store store) {
        return Filled.events(store).stream()
                .map(RecordedEvent::toString)
                .map(text -> new String(text.getBytes(UTF_8), UTF_8))
                .toList();
    }

    @Test
    void directory_intoCluster_andBack_isAsItWas() throws Exception {
        Filled.fill(directory);
        List<String> events = eventsOf(directory);
        Map<String, List<String>> entities = entitiesOf(directory);
        List<String> ids = idsOf(directory);
        assertThat(ids).hasSizeGreaterThan(20);

        MoveReport there = intoCluster();

        assertThat(there.isWhole()).isTrue();
        assertThat(there.tables()).hasSize(EntityTables.ALL.size() + 2);
        assertThat(there.tables().getLast()).isEqualTo(new MoveReport.Table("events", events.size(), events.size()));
        assertThat(entitiesOf(cluster.postgres())).isEqualTo(entities);
        try (Store store = node(true)) {
            assertThat(events(store)).isEqualTo(events);
        }

        MoveReport home = intoDirectory();

        assertThat(home.isWhole()).isTrue();
        assertThat(home.tables()).isEqualTo(there.tables());
        assertThat(entitiesOf(back)).isEqualTo(entities);
        assertThat(idsOf(back)).isEqualTo(ids);
        assertThat(eventsOf(back)).isEqualTo(events);
        assertThat(EmbeddedStore.repair(back, true, what -> {}).damages()).isEmpty();
    }

    /// Without half of a surrogate pair, which no engine gives back.
    private static boolean isWhole(String id) {
        return id.chars().noneMatch(c -> c == '?' || Character.isSurrogate((char) c));
    }

    @Test
    void whatWasMoved_andIsSentAgain_countsOnce_alsoWhatWasVoided() throws Exception {
        Filled.fill(directory);
        List<Submission> again = new ArrayList<>();
        long last;
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            for (RecordedEvent event : Filled.events(store)) {
                if (event.event().clientId().filter(ClusterMoveTest::isWhole).isPresent()) {
                    again.add(new Submission(List.of(event.event()), TestClock.START));
                }
            }
            Submission voided = new Submission(
                    List.of(Filled.event(Filled.ONE, Optional.of("voided"), "voided", 1)), TestClock.START);
            last = Filled.placed(store, voided).getFirst().id();
            store.removals().takeOut(Filled.ONE, Set.of(last), new Removals.Asked("mistake", "tok_1", TestClock.START));
            again.add(voided);
        }
        again.add(Filled.request());
        assertThat(again).hasSizeGreaterThan(10);
        intoCluster();
        List<String> before;

        try (Sink ignored = sink();
                Store store = node(false)) {
            assertThat(store.events().lastAcknowledged()).isEqualTo(last);
            before = events(store);
            for (Submission submission : again) {
                Filled.placed(store, submission);
            }
            assertThat(Filled.placed(store, Filled.request())).noneMatch(Placed::isNew);
            assertThat(events(store)).isEqualTo(before);

            Submission fresh = new Submission(
                    List.of(Filled.event(Filled.ONE, Optional.of("fresh"), "fresh", 1)), TestClock.START);
            assertThat(Filled.placed(store, fresh).getFirst().id()).isGreaterThan(last);
            Filled.placed(store, fresh);
            assertThat(Filled.events(store)).hasSize(before.size() + 1);
        }

        // Who takes over, and knows nothing.
        try (Sink ignored = ClusterStore.sink(
                        cluster,
                        temporary.resolve("another sink"),
                        new Sink.Settings(1_000, 1 << 20, Duration.ofMillis(1)));
                Store store = node(false)) {
            for (Submission submission : again) {
                Filled.placed(store, submission);
            }
            assertThat(Filled.events(store)).hasSize(before.size() + 1);

            Submission there = new Submission(
                    List.of(Filled.event(Filled.ONE, Optional.of("voided there"), "voided", 1)), TestClock.START);
            long id = Filled.placed(store, there).getFirst().id();
            assertThat(Filled.events(store)).hasSize(before.size() + 2);
            store.removals().takeOut(Filled.ONE, Set.of(id), new Removals.Asked("mistake", "tok_1", TestClock.START));
            again.add(there);
            assertThat(Filled.events(store)).hasSize(before.size() + 1);
        }

        assertThat(intoDirectory().isWhole()).isTrue();
        try (EmbeddedStore store = EmbeddedStore.open(back)) {
            assertThat(Filled.events(store)).hasSize(before.size() + 1);
            assertThat(Filled.placed(store, Filled.request())).noneMatch(Placed::isNew);
            for (Submission submission : again) {
                assertThat(Filled.placed(store, submission)).noneMatch(Placed::isNew);
            }
        }
    }

    @Test
    void database_intoCluster_andBackIntoADatabase_isAsItWas() throws Exception {
        Filled.fill(directory);
        DataSource one =
                PostgresStore.source(PostgresServer.address(temporary.resolve("one")), "licet", Optional.empty());
        DataSource two =
                PostgresStore.source(PostgresServer.address(temporary.resolve("two")), "licet", Optional.empty());
        move(() -> EmbeddedStore.toMoveFrom(directory), () -> PostgresStore.toMoveInto(one));

        assertThat(move(() -> PostgresStore.toMoveFrom(one), () -> ClusterStore.toMoveInto(cluster))
                        .isWhole())
                .isTrue();
        assertThatThrownBy(() -> PostgresStore.toMoveFrom(cluster.postgres()))
                .hasMessageContaining("are in ClickHouse")
                .hasMessageContaining("cluster:postgresql://");
        assertThat(move(() -> ClusterStore.toMoveFrom(cluster), () -> PostgresStore.toMoveInto(two))
                        .isWhole())
                .isTrue();

        assertThat(entitiesOf(two)).isEqualTo(entitiesOf(one));
        String question = "SELECT replace(name::text, '-', '') AS name, event, content::text FROM event_known";
        try (Connection before = one.getConnection();
                Connection after = two.getConnection()) {
            assertThat(Filled.rows(after, question)).isEqualTo(Filled.rows(before, question));
        }
    }

    @Test
    void storesThatAreUsedOrNotEmpty_areRefused() throws Exception {
        Filled.fill(directory);
        try (ClickHouse inside = new ClickHouse(cluster.clickHouse())) {
            EventTable table = new EventTable(inside, Optional.empty());
            table.make();
            EventRows rows = new EventRows();
            rows.add(
                    new RecordedEvent(
                            1, TestClock.START, Filled.event(Filled.ONE, Optional.empty(), "of another store", 1)),
                    new EventRows.Source(0, 0));
            table.insert(rows, "other");
            assertThatThrownBy(this::intoCluster).hasMessageContaining("ClickHouse has events already");
            inside.run("TRUNCATE TABLE event");
        }
        assertThat(intoCluster().isWhole()).isTrue();
        assertThatThrownBy(this::intoCluster).hasMessageContaining("has data already");

        try (Store store = node(false)) {
            assertThatThrownBy(this::intoDirectory).hasMessageContaining("take writes");
            Filled.placed(
                    store,
                    new Submission(List.of(Filled.event(Filled.ONE, Optional.empty(), "new", 1)), TestClock.START));
        }
        assertThatThrownBy(this::intoDirectory).hasMessageContaining("in Kafka and not in ClickHouse yet");
        try (Sink ignored = sink();
                Store store = node(false)) {
            assertThat(Filled.events(store)).isNotEmpty(); // which waits for it
            assertThatThrownBy(this::intoDirectory).hasMessageContaining("take writes");
        }
        assertThat(intoDirectory().isWhole()).isTrue();
    }

    @Test
    void nodeThatOnlyReads_answers_andTakesNothing_whileItIsMoved() throws Exception {
        Filled.fill(directory);
        intoCluster();
        try (Store store = node(true)) {
            List<Runnable> writes = List.of(
                    () -> store.products().add(Filled.ONE, "new", TestClock.START),
                    () -> store.events()
                            .append(new Submission(
                                    List.of(Filled.event(Filled.ONE, Optional.of("id"), "new", 1)), TestClock.START)));
            for (Runnable write : writes) {
                assertThatThrownBy(write::run)
                        .isInstanceOfSatisfying(
                                Unavailable.class,
                                no -> assertThat(no.isReadOnly()).isTrue());
            }
            assertThat(store.check()).isEmpty();
            assertThat(intoDirectory().isWhole()).isTrue();
            assertThat(eventsOf(back)).isEqualTo(events(store));
        }
    }

    /// Both ways, each killed again and again. There are more days than ClickHouse takes at once by itself.
    @Test
    void moveThatIsKilled_goesOn_andHasAllOnce() throws Exception {
        Filled.fill(directory);
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            for (int i = 0; i < 160; i++) {
                int round = i;
                Duration later =
                        i < 120 ? Duration.ofDays(i) : Duration.ofDays(120).plusHours(i);
                store.events()
                        .append(new Submission(
                                IntStream.range(0, i < 120 ? 40 : 1000)
                                        .mapToObj(n -> Filled.event(
                                                Filled.ONE, Optional.of("many " + round + " " + n), "many", n))
                                        .toList(),
                                TestClock.START.minus(Duration.ofDays(121)).plus(later)));
            }
        }
        List<String> events = eventsOf(directory);
        List<String> ids = idsOf(directory);
        String there = place();

        int kills = KilledMoves.run(Mover.class, directory.toString(), there);
        try (Store store = node(true)) {
            assertThat(events(store)).isEqualTo(events);
        }
        kills += KilledMoves.run(Mover.class, there, back.toString());
        assertThat(eventsOf(back)).isEqualTo(events);
        assertThat(idsOf(back)).isEqualTo(ids);
        assertThat(entitiesOf(back)).isEqualTo(entitiesOf(directory));
        assertThat(kills).as("so that something was tried").isGreaterThan(6);
    }

    /// The addresses, for another process.
    private String place() {
        return String.join(
                " ",
                PostgresServer.address(temporary),
                cluster.kafka(),
                cluster.shape().name(),
                cluster.clickHouse().addresses().getFirst().toString(),
                cluster.clickHouse().database());
    }

    private static ClusterStore.Addresses addresses(String place) {
        String[] parts = place.split(" ");
        return new ClusterStore.Addresses(
                PostgresStore.source(parts[0], "licet", Optional.empty()),
                parts[1],
                Map.of(),
                new EventTopic.Shape(parts[2], 2, 1, 1, Duration.ofDays(7)),
                new ClickHouse.Settings(
                        List.of(URI.create(parts[3])),
                        parts[4],
                        ClickHouseProcess.USER,
                        Optional.of(ClickHouseServer.PASSWORD),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60)),
                Optional.empty());
    }

    /// Moves between the places that it is told.
    static final class Mover {
        private Mover() {}

        public static void main(String[] arguments) {
            KilledMoves.move(
                    () -> isCluster(arguments[0])
                            ? ClusterStore.toMoveFrom(addresses(arguments[0]))
                            : EmbeddedStore.toMoveFrom(Path.of(arguments[0])),
                    () -> isCluster(arguments[1])
                            ? ClusterStore.toMoveInto(addresses(arguments[1]))
                            : EmbeddedStore.toMoveInto(Path.of(arguments[1])));
        }

        private static boolean isCluster(String place) {
            return place.startsWith("postgresql:");
        }
    }
}

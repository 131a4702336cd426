package dev.licet.store.postgres;

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
import dev.licet.core.store.VerifyReport;
import dev.licet.store.embedded.EmbeddedStore;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.entity.Sql;
import dev.licet.store.sql.entity.SqlChanges;
import dev.licet.store.sql.move.EntityTables;
import dev.licet.store.sql.move.Move;
import dev.licet.store.sql.move.MoveSource;
import dev.licet.store.sql.move.MoveTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// From a data directory into a database and back: all of it, as it was, and nothing half.
@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
@Timeout(180)
class MoveTest {
    @TempDir
    Path temporary;

    private Path directory;
    private Path back;
    private DataSource database;

    @BeforeEach
    void name() {
        directory = temporary.resolve("directory");
        back = temporary.resolve("back");
        database = PostgresServer.of(temporary);
    }

    private static MoveReport move(Supplier<MoveSource> from, Supplier<MoveTarget> to) {
        try (MoveSource source = from.get();
                MoveTarget target = to.get()) {
            return Move.run(source, target, (things, done, of) -> {});
        }
    }

    private MoveReport intoDatabase() {
        return move(() -> EmbeddedStore.toMoveFrom(directory), () -> PostgresStore.toMoveInto(database));
    }

    private MoveReport intoDirectory() {
        return move(() -> PostgresStore.toMoveFrom(database), () -> EmbeddedStore.toMoveInto(back));
    }

    private Store node() {
        return TestStores.open(temporary);
    }

    private Map<String, List<String>> entitiesOfDatabase() throws SQLException {
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

    private List<String> idsOfDatabase() throws SQLException {
        try (Connection connection = database.getConnection()) {
            return Filled.rows(
                    connection,
                    "SELECT replace(name::text, '-', '') AS name, event,"
                            + " coalesce(replace(content::text, '-', ''), '') AS content FROM event_known");
        }
    }

    private static List<RecordedEvent> eventsOf(Path directory) {
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            return Filled.events(store);
        }
    }

    @Test
    void directory_intoDatabase_andBack_isAsItWas() throws Exception {
        Filled.fill(directory);
        List<RecordedEvent> events = eventsOf(directory);
        Map<String, List<String>> entities = entitiesOf(directory);
        List<String> ids = idsOf(directory);
        assertThat(entities)
                .allSatisfy((table, rows) -> assertThat(rows).as(table).isNotEmpty());
        assertThat(ids).hasSizeGreaterThan(20);

        MoveReport there = intoDatabase();

        assertThat(there.isWhole()).isTrue();
        assertThat(there.tables()).hasSize(EntityTables.ALL.size() + 2);
        assertThat(there.tables().getLast()).isEqualTo(new MoveReport.Table("events", events.size(), events.size()));
        assertThat(entitiesOfDatabase()).isEqualTo(entities);
        assertThat(idsOfDatabase()).isEqualTo(ids);
        try (Store store = node()) {
            assertThat(Filled.events(store)).isEqualTo(events);
        }

        MoveReport home = intoDirectory();

        assertThat(home.isWhole()).isTrue();
        assertThat(home.tables()).isEqualTo(there.tables());
        assertThat(entitiesOf(back)).isEqualTo(entities);
        assertThat(idsOf(back)).isEqualTo(ids);
        assertThat(eventsOf(back)).isEqualTo(events);
        assertThat(EmbeddedStore.repair(back, true, what -> {}).damages()).isEmpty();
    }

    @Test
    void movedStores_goOnWhereTheSourceWas() throws Exception {
        Filled.fill(directory);
        try (Connection connection = Filled.sqlite(directory);
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM change_let_go"); // which are no changes of this chain
        }
        List<Placed> before;
        long last;
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            before = Filled.placed(store, Filled.request());
            last = store.events().lastAcknowledged();
        }
        intoDatabase();
        intoDirectory();

        for (Supplier<Store> opening : List.<Supplier<Store>>of(this::node, () -> EmbeddedStore.open(back))) {
            try (Store store = opening.get()) {
                assertThat(store.events().lastAcknowledged()).isEqualTo(last);
                assertThat(Filled.placed(store, Filled.request()))
                        .as("sent again")
                        .isEqualTo(before);
                Submission fresh = new Submission(
                        List.of(Filled.event(Filled.ONE, Optional.of("fresh"), "fresh", 1)), TestClock.START);
                assertThat(Filled.placed(store, fresh)).containsExactly(new Placed(last + 1, true));
                store.messages().add(Filled.ONE, "channel", "fresh", TestClock.START);
                assertThat(
                                store
                                        .messages()
                                        .list(Filled.ONE, Optional.empty(), TestClock.START.minusSeconds(1), 10)
                                        .stream()
                                        .mapToLong(message -> message.id().value())
                                        .max())
                        .as("an id that was given before is not given again")
                        .hasValue(3);
            }
        }
        assertThat(EmbeddedStore.verify(back, 0, "").broken()).isEmpty();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET default_transaction_read_only = on");
            VerifyReport report = SqlChanges.verify(new Sql(connection), 0, "");
            assertThat(report.broken()).isEmpty();
            assertThat(report.changes()).isGreaterThan(5);
        }
    }

    @Test
    void idsThatWereLost_areMadeAgainFromTheMovedEvents() throws Exception {
        Filled.fill(directory);
        intoDatabase();
        intoDirectory();
        for (String name : List.of("ids.db", "ids.db-wal", "ids.db-shm")) {
            Files.deleteIfExists(back.resolve(name));
        }
        try (EmbeddedStore store = EmbeddedStore.open(back)) {
            assertThat(Filled.placed(store, Filled.request())).noneMatch(Placed::isNew);
        }
    }

    @Test
    void eventsThatWereLetGo_leaveTheSameHoles() throws Exception {
        Filled.fill(directory);
        intoDatabase();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM event WHERE id <= 12");
        }
        List<RecordedEvent> events;
        try (Store store = node()) {
            events = Filled.events(store);
        }

        assertThat(intoDirectory().isWhole()).isTrue();

        assertThat(eventsOf(back)).isEqualTo(events);
        assertThat(Files.readString(back.resolve("archive").resolve("expired"))).isEqualTo("12\n");
    }

    @Test
    void emptyStore_andOneWhoseEventsAreAllGone_areMoved() throws Exception {
        EmbeddedStore.open(directory).close();
        assertThat(intoDatabase().isWhole()).isTrue();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE event_position SET last_id = 7");
        }

        assertThat(intoDirectory().isWhole()).isTrue();

        try (EmbeddedStore store = EmbeddedStore.open(back)) {
            assertThat(store.events().lastAcknowledged()).isEqualTo(7);
        }
    }

    @Test
    void tables_areAllThatThereAre() throws SQLException {
        EmbeddedStore.open(directory).close();
        try (Connection connection = Filled.sqlite(directory)) {
            assertThat(Filled.rows(
                            connection,
                            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                                    + " AND name NOT LIKE 'flyway_%'"))
                    .containsExactlyInAnyOrderElementsOf(EntityTables.ALL.stream()
                            .map(name -> "name=" + name + "; ")
                            .toList());
        }
    }

    @Test
    void targetThatIsNotEmpty_isRefused() throws Exception {
        EmbeddedStore.open(directory).close();
        try (Store store = node()) {
            store.transactions().run(() -> true);
        }
        assertThat(intoDatabase().isWhole()).as("one without accounts is empty").isTrue();
        Filled.fill(temporary.resolve("other"));
        move(() -> EmbeddedStore.toMoveFrom(temporary.resolve("other")), () -> PostgresStore.toMoveInto(database));
        assertThatThrownBy(this::intoDatabase).hasMessageContaining("has data already");

        Files.createDirectories(back);
        Files.writeString(back.resolve("notes.txt"), "mine");
        assertThatThrownBy(this::intoDirectory).hasMessageContaining("is not empty");
        assertThat(back.resolve("notes.txt")).exists();
    }

    @Test
    void sourceThatIsWritten_isRefused_andASourceThatIsReadIsNotWritten() throws Exception {
        Filled.fill(directory);
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            assertThatThrownBy(this::intoDatabase)
                    .hasMessageContaining("takes writes")
                    .hasMessageContaining("--read-only");
        }
        intoDatabase();
        try (Store store = node()) {
            assertThatThrownBy(this::intoDirectory).hasMessageContaining("take writes");
        }
        try (MoveSource source = PostgresStore.toMoveFrom(database)) {
            assertThatThrownBy(this::node).hasMessageContaining("is being moved");
        }
        try (MoveSource source = EmbeddedStore.toMoveFrom(directory)) {
            assertThatThrownBy(() -> EmbeddedStore.open(directory)).hasMessageContaining("another process");
        }
    }

    @Test
    void erasureThatIsNotDone_isDoneFirst() throws Exception {
        Filled.fill(directory);
        try (Connection connection = Filled.sqlite(directory);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE removal SET done_at = NULL WHERE subject IS NOT NULL");
        }
        assertThatThrownBy(this::intoDatabase).hasMessageContaining("still to be erased");
        assertThatThrownBy(() -> EmbeddedStore.toMoveFrom(back)).hasMessageContaining("has no data");
    }

    @Test
    void textThatPostgresCantHave_isNamed() throws Exception {
        Filled.fill(directory);
        try (Connection connection = Filled.sqlite(directory);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE customer SET notes = 'a' || char(0) || 'b'");
        }
        assertThatThrownBy(this::intoDatabase)
                .hasMessageContaining("column notes of the table customer")
                .hasMessageContaining("zero character");
    }

    /// A move that was interrupted after these events.
    private void interrupt(MoveSource source, MoveTarget target, int most) {
        int[] pages = {0};
        assertThatThrownBy(() -> Move.run(source, target, (things, done, of) -> {
                    if (pages[0]++ == most) {
                        throw new IllegalStateException("interrupted");
                    }
                }))
                .hasMessage("interrupted");
    }

    @Test
    void moveThatWasInterrupted_isOpenedByNoServer_andTakesNoOtherSource() throws Exception {
        Filled.fill(directory);
        EmbeddedStore.open(temporary.resolve("other")).close();
        try (MoveSource source = EmbeddedStore.toMoveFrom(directory);
                MoveTarget target = PostgresStore.toMoveInto(database)) {
            interrupt(source, target, 1);
        }
        assertThatThrownBy(this::node)
                .hasMessageContaining("a move into this database is not finished")
                .hasMessageContaining("licet move");
        assertThatThrownBy(this::intoDirectory).hasMessageContaining("not finished");
        assertThatThrownBy(() -> move(
                        () -> EmbeddedStore.toMoveFrom(temporary.resolve("other")),
                        () -> PostgresStore.toMoveInto(database)))
                .hasMessageContaining("a move of other data");
        assertThat(intoDatabase().isWhole()).isTrue();

        try (MoveSource source = PostgresStore.toMoveFrom(database);
                MoveTarget target = EmbeddedStore.toMoveInto(back)) {
            interrupt(source, target, 1);
        }
        assertThatThrownBy(() -> EmbeddedStore.open(back)).hasMessageContaining("not finished");
        assertThatThrownBy(() -> EmbeddedStore.create(back, store -> 0)).hasMessageContaining("not finished");
        assertThatThrownBy(() -> move(
                        () -> EmbeddedStore.toMoveFrom(temporary.resolve("other")),
                        () -> EmbeddedStore.toMoveInto(back)))
                .hasMessageContaining("a move of other data");
        assertThat(intoDirectory().isWhole()).isTrue();
        assertThat(eventsOf(back)).isEqualTo(eventsOf(directory));
    }

    @Test
    void sourceThatLostEventsMeanwhile_isNotWhole_andNotFinished() throws Exception {
        Filled.fill(directory);
        try (MoveSource source = EmbeddedStore.toMoveFrom(directory);
                MoveTarget target = PostgresStore.toMoveInto(database)) {
            interrupt(source, target, 3); // events are there, entities are not
        }
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            store.removals()
                    .takeOut(Filled.ONE, Set.of(10L, 11L), new Removals.Asked("late", "tok_1", TestClock.START));
        }

        MoveReport report = intoDatabase();

        assertThat(report.isWhole()).isFalse();
        assertThat(report.tables().stream().filter(table -> !table.isWhole())).hasSize(1);
        assertThatThrownBy(this::node).hasMessageContaining("not finished");
    }

    @Test
    void sourceThatTookEventsMeanwhile_hasThemMovedToo() throws Exception {
        Filled.fill(directory);
        try (MoveSource source = EmbeddedStore.toMoveFrom(directory);
                MoveTarget target = PostgresStore.toMoveInto(database)) {
            interrupt(source, target, 3);
        }
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            for (int i = 0; i < 50; i++) {
                Filled.placed(
                        store,
                        new Submission(
                                List.of(Filled.event(Filled.ONE, Optional.of("late " + i), "late", i)),
                                TestClock.START));
            }
            store.products().add(Filled.ONE, "late", TestClock.START);
        }

        assertThat(intoDatabase().isWhole()).isTrue();

        assertThat(entitiesOfDatabase()).isEqualTo(entitiesOf(directory));
        assertThat(idsOfDatabase()).isEqualTo(idsOf(directory));
        try (Store store = node()) {
            assertThat(Filled.events(store)).isEqualTo(eventsOf(directory));
        }
    }

    @Test
    void stores_thatOnlyRead_answer_andTakeNothing() throws Exception {
        Filled.fill(directory);
        List<RecordedEvent> events = eventsOf(directory);
        intoDatabase();
        EmbeddedStore held = EmbeddedStore.open(directory);
        held.holdStill();
        for (Store store : List.of(held, readOnlyNode(), readOnlyNode())) {
            try (store) {
                assertThat(Filled.events(store)).isEqualTo(events);
                assertThat(store.products().list(Filled.ONE)).isNotEmpty();
                assertThat(store.check()).isEmpty();
                List<Runnable> writes = List.of(
                        () -> store.products().add(Filled.ONE, "new", TestClock.START),
                        () -> store.transactionNumbers().reserve(1),
                        () -> store.events()
                                .append(new Submission(
                                        List.of(Filled.event(Filled.ONE, Optional.empty(), "new", 1)),
                                        TestClock.START)),
                        () -> store.events()
                                .append(new Submission(
                                        List.of(Filled.event(Filled.ONE, Optional.of("id"), "new", 1)),
                                        TestClock.START)),
                        () -> store.removals()
                                .takeOut(Filled.ONE, Set.of(10L), new Removals.Asked("why", "tok_1", TestClock.START)));
                for (Runnable write : writes) {
                    assertThatThrownBy(write::run)
                            .isInstanceOfSatisfying(
                                    Unavailable.class,
                                    no -> assertThat(no.isReadOnly()).isTrue());
                }
            }
        }
        assertThat(intoDirectory().isWhole()).isTrue();
    }

    @Test
    void databaseIsMoved_whileNodesReadIt() throws Exception {
        Filled.fill(directory);
        intoDatabase();
        try (Store node = readOnlyNode()) {
            assertThat(intoDirectory().isWhole()).isTrue();
            assertThat(eventsOf(back)).isEqualTo(Filled.events(node));
        }
    }

    private Store readOnlyNode() {
        return PostgresStore.open(
                database,
                new PostgresStore.Settings(
                        16_384, 64L << 20, InsightSettings.DEFAULT, Optional.empty(), Duration.ofDays(400), temporary),
                true,
                Clock.systemUTC(),
                Clock.systemUTC());
    }

    /// Both ways, each killed again and again.
    @Test
    void moveThatIsKilled_goesOn_andHasAllOnce() throws Exception {
        Filled.fill(directory);
        try (EmbeddedStore store = EmbeddedStore.open(directory)) {
            for (int i = 0; i < 60; i++) {
                int round = i;
                store.events()
                        .append(new Submission(
                                IntStream.range(0, 1000)
                                        .mapToObj(n -> Filled.event(
                                                Filled.ONE, Optional.of("many " + round + " " + n), "many", n))
                                        .toList(),
                                TestClock.START.plus(Duration.ofHours(i))));
            }
        }
        List<RecordedEvent> events = eventsOf(directory);
        List<String> ids = idsOf(directory);
        String address = PostgresServer.address(temporary);

        int kills = KilledMoves.run(Mover.class, directory.toString(), address);
        try (Store store = node()) {
            assertThat(Filled.events(store)).isEqualTo(events);
        }
        assertThat(idsOfDatabase()).isEqualTo(ids);
        kills += KilledMoves.run(Mover.class, address, back.toString());
        assertThat(eventsOf(back)).isEqualTo(events);
        assertThat(idsOf(back)).isEqualTo(ids);
        assertThat(entitiesOf(back)).isEqualTo(entitiesOf(directory));
        assertThat(kills).as("so that something was tried").isGreaterThan(6);
    }

    /// Moves between the places that it is told.
    static final class Mover {
        private Mover() {}

        public static void main(String[] arguments) {
            KilledMoves.move(
                    () -> isDatabase(arguments[0])
                            ? PostgresStore.toMoveFrom(database(arguments[0]))
                            : EmbeddedStore.toMoveFrom(Path.of(arguments[0])),
                    () -> isDatabase(arguments[1])
                            ? PostgresStore.toMoveInto(database(arguments[1]))
                            : EmbeddedStore.toMoveInto(Path.of(arguments[1])));
        }

        private static boolean isDatabase(String place) {
            return place.startsWith("postgresql:");
        }

        private static DataSource database(String address) {
            return PostgresStore.source(address, "licet", Optional.empty());
        }
    }
}

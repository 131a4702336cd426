package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.cli.Processes;
import dev.licet.core.SmallDisk;
import dev.licet.proof.Traffic.Vendor;
import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import dev.licet.store.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Two nodes on one PostgreSQL, under traffic, while one of them, the database or its disk fails. What was acknowledged
/// is there, once, and no seat is given twice. `bench/nodes` does the same for longer.
@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
@ParameterizedClass(name = "round {0}")
@MethodSource("dev.licet.proof.FailureReport#rounds")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PostgresFailureTest {
    private static final FailureReport REPORT = new FailureReport("postgres");
    private static PostgresServer server;
    private static int databases;

    private static final int SEATS = 3;
    private static final int SENDERS = 6;
    private static final int MACHINES = 8;
    /// How long nobody may be told of a success. A busy machine takes its share of it.
    private static final Duration MOST_WHEN_ONE_IS_GONE = Duration.ofSeconds(15);

    private static final Duration MOST_WHEN_ONE_HANGS = Duration.ofSeconds(30);

    @Parameter
    int round;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private String database = "";

    @BeforeAll
    static void startServer() throws Exception {
        server = PostgresServer.alone("fsync=on");
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
        REPORT.write();
    }

    @BeforeEach
    void makeDatabase() throws Exception {
        database = "d" + databases++;
        server.execute("CREATE DATABASE " + database);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T opened(T it) {
        open.add(it);
        return it;
    }

    private TestServer node(String name, String address) {
        return opened(TestServer.start(directory.resolve(name), Map.of(Setting.POSTGRES, address)));
    }

    private TestServer another(TestServer one, String name) {
        return opened(one.another(directory.resolve(name)));
    }

    /// Two nodes that start at once in processes of their own, whose connections have their names.
    private List<Processes.Running> twoProcesses() throws Exception {
        List<Processes.Running> processes = new ArrayList<>();
        for (String name : List.of("one", "two")) {
            String address = Nodes.postgres(database, server.port()) + "?ApplicationName=" + name;
            processes.add(opened(Nodes.serve(directory, name, 0, List.of("--postgres", address))));
        }
        for (Processes.Running process : processes) {
            process.awaitErr("serving http");
        }
        return processes;
    }

    private Traffic traffic(Vendor vendor, int perEvent, int... ports) throws IOException {
        List<Integer> all = Arrays.stream(ports).boxed().toList();
        return opened(new Traffic(all, vendor, vendor.key(ports[0], SEATS), perEvent));
    }

    /// @param longest that nobody may have been told of a success
    private static void keptAll(PostgresServer server, String database, Traffic traffic, Duration longest)
            throws Exception {
        storedOnce(server, database, traffic);
        traffic.requireSeatsExact(SEATS);
        assertThat(traffic.longestPauseOfEvents()).isLessThan(longest);
        assertThat(traffic.longestPauseOfSeats()).isLessThan(longest);
    }

    /// Asks the database itself.
    private static void storedOnce(PostgresServer server, String database, Traffic traffic) throws Exception {
        List<String> names = new ArrayList<>();
        Map<String, Long> ids = new HashMap<>();
        try (Connection connection = server.source(database).getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name, id FROM event")) {
            while (rows.next()) {
                names.add(rows.getString(1));
                ids.put(rows.getString(1), rows.getLong(2));
            }
        }
        traffic.requireKept(names);
        assertThat(ids).containsAllEntriesOf(traffic.acknowledged());
        assertThat(server.ask(database, "SELECT last_id FROM event_position"))
                .isEqualTo(Integer.toString(names.size()));
    }

    @Test
    void primaryThatIsGone_isReplacedByItsStandby_andNothingIsLost() throws Exception {
        PostgresServer primary = opened(PostgresServer.alone("fsync=on"));
        PostgresServer standby = opened(primary.standby());
        primary.execute("CREATE DATABASE " + database);
        primary.waitForStandby();
        TestServer one = node("one", Nodes.postgres(database, primary.port(), standby.port()));
        TestServer two = another(one, "two");
        Traffic traffic = traffic(Vendor.of(one), 10, one.port(), two.port()).start(SENDERS, MACHINES);
        FailureReport.pause();
        primary.kill();
        standby.execute("SELECT pg_promote()");
        FailureReport.pause();
        traffic.stop();

        REPORT.add("primary killed, standby promoted", traffic);
        assertThat(traffic.failures()).isPositive();
        keptAll(standby, database, traffic, MOST_WHEN_ONE_IS_GONE);
    }

    /// In the midst of its COPY, where none of PostgreSQL's own time-outs ends it; and is killed, once it has gone on.
    @Test
    void nodeThatHangs_holdsUpTheOtherForAWhileOnly_andOneThatIsKilledDoesNot() throws Exception {
        List<Processes.Running> nodes = twoProcesses();
        Processes.Running two = nodes.getLast();
        int port = nodes.getFirst().port("http");
        Vendor vendor = Nodes.vendor(nodes);
        String key = vendor.key(port, 1);
        Traffic traffic = traffic(vendor, 60_000, port, two.port("http")).start(2 * SENDERS, MACHINES);
        FailureReport.pause();
        stopInItsCopy(two);
        traffic.awaitMore(50);
        signal(two, "CONT");
        FailureReport.pause();
        REPORT.add("node stopped in the midst of a COPY", traffic);
        assertThat(traffic.longestPauseOfEvents()).isLessThan(MOST_WHEN_ONE_HANGS);
        assertThat(traffic.longestPauseOfSeats()).isLessThan(MOST_WHEN_ONE_HANGS);

        traffic.forgetPauses();
        String lost = vendor.checkOut(key, "PT3S", "lost");
        int status = 503;
        for (int i = 0; i < 100 && status == 503; i++) { // it has to find out that its connections were ended
            status = vendor.ask(two.port("http"), "POST", "/v1/seats", lost).status();
        }
        assertThat(status).isEqualTo(201);
        two.process().destroyForcibly().waitFor();
        String next = vendor.checkOut(key, "PT3S", "next");
        assertThat(vendor.ask(port, "POST", "/v1/seats", next).status()).isEqualTo(409);
        FailureReport.pause();
        traffic.stop();
        REPORT.add("node killed", traffic);
        assertThat(traffic.failures()).isPositive();
        keptAll(server, database, traffic, MOST_WHEN_ONE_IS_GONE);
        Thread.sleep(3_000);
        assertThat(vendor.ask(port, "POST", "/v1/seats", next).status()).isEqualTo(201);
    }

    private void stopInItsCopy(Processes.Running node) throws Exception {
        for (int i = 0; i < 400; i++) {
            signal(node, "STOP");
            Thread.sleep(20); // what was sent before has arrived
            if (isInItsCopy("two")) {
                return;
            }
            signal(node, "CONT");
            Thread.sleep(5);
        }
        throw new AssertionError("it was never in the midst of a COPY");
    }

    private static void signal(Processes.Running process, String signal) throws Exception {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.process().pid()))
                .start()
                .waitFor();
    }

    private boolean isInItsCopy(String name) throws Exception {
        return server.ask(
                        database,
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + name
                                + "' AND state = 'active' AND wait_event = 'ClientRead' AND query LIKE 'COPY event%'")
                .equals("1");
    }

    @Test
    void fullDisk_isAnsweredBy503_andAllGoesOnByItselfOnceThereIsRoom() throws Exception {
        SmallDisk disk = opened(SmallDisk.mount(server.directory("disk" + round), 48));
        PostgresServer.own(disk.directory());
        server.execute("CREATE TABLESPACE small LOCATION '" + disk.directory() + "'");
        opened(() -> server.execute("DROP TABLESPACE small"));
        opened(() -> server.execute("DROP DATABASE " + database + " WITH (FORCE)"));
        server.execute("ALTER DATABASE " + database + " SET TABLESPACE small");
        TestServer node = node("one", Nodes.postgres(database, server.port()));
        String seat = Vendor.of(node).checkOut(Vendor.of(node).key(node.port(), 1), "PT1H", "machine");
        Traffic traffic = traffic(Vendor.of(node), 40_000, node.port()).start(SENDERS, 0);
        for (int i = 0; i < 600 && traffic.failures() < 20; i++) {
            Thread.sleep(50);
        }
        assertThat(traffic.failures()).isGreaterThanOrEqualTo(20);
        assertThat(node.get("/health/ready").status()).isEqualTo(503);
        assertThat(Vendor.of(node).ask(node.port(), "POST", "/v1/seats", seat).status())
                .isIn(201, 503);

        disk.resize(400);
        traffic.awaitMore(100);
        traffic.stop();
        REPORT.add("disk full, then not", traffic);
        assertThat(Vendor.of(node).ask(node.port(), "POST", "/v1/seats", seat).status())
                .isEqualTo(201);
        assertThat(node.get("/health/ready").status()).isEqualTo(200);
        storedOnce(server, database, traffic);
    }

    /// Of its connections there are a dozen.
    @Test
    void manyCallersAtOnce_areAllAnswered_andSoAreThoseWhoMeetAnEventTableThatIsLocked() throws Exception {
        TestServer node = node("one", Nodes.postgres(database, server.port()));
        String key = Vendor.of(node).key(node.port(), SEATS);
        List<Integer> statuses = Callers.ask(node, key);
        assertThat(statuses).allMatch(status -> List.of(200, 201, 409).contains(status));

        long began = System.nanoTime();
        try (Connection connection = server.source(database).getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE event");
            Thread unlocking = Thread.ofPlatform().start(() -> {
                try {
                    Thread.sleep(6_000); // longer than who waits for a connection does
                    connection.rollback();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            statuses = Callers.ask(node, key);
            unlocking.join();
        }
        assertThat(statuses)
                .contains(503)
                .allMatch(status -> List.of(200, 201, 409, 503).contains(status));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
        assertThat(node.get("/health/ready").status()).isEqualTo(200);
        assertThat(Callers.ask(node, key))
                .allMatch(status -> List.of(200, 201, 409).contains(status));
    }
}

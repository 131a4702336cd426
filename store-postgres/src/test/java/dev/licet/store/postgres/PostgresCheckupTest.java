package dev.licet.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.checkup.Checkup;
import dev.licet.core.checkup.Finding;
import dev.licet.core.checkup.Finding.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/// A server that syncs, with a database that belongs to a user who is no superuser and has a password; and what is
/// told once something about it is wrong.
@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
@Timeout(120)
class PostgresCheckupTest {
    private static final String PASSWORD = "s3cret-of-the-owner";
    private static final Duration KEPT = Duration.ofDays(400);

    private static PostgresServer server;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.alone("fsync=on", "max_locks_per_transaction=1024");
        Path rules = server.data().resolve("pg_hba.conf");
        Files.writeString(rules, "host all owner 127.0.0.1/32 scram-sha-256\n" + Files.readString(rules));
        server.execute("SELECT pg_reload_conf()");
        server.execute("CREATE USER owner PASSWORD '" + PASSWORD + "'");
        server.execute("CREATE USER guest");
        server.execute("CREATE DATABASE mine OWNER owner");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String address(int... ports) {
        List<String> hosts = new ArrayList<>();
        for (int port : ports) {
            hosts.add("127.0.0.1:" + port);
        }
        return "postgresql://" + String.join(",", hosts) + "/";
    }

    private static Checkup checkup(String address, String user, Optional<String> password) {
        return PostgresStore.checkup(address, user, password, KEPT, Clock.systemUTC());
    }

    private static List<Finding> found(String address, String user, Optional<String> password) {
        List<Finding> found = new ArrayList<>();
        try (Checkup checkup = checkup(address, user, password)) {
            checkup.run(found::add);
        }
        assertThat(found.toString()).doesNotContain(PASSWORD);
        return found;
    }

    private static List<Finding> ofOwner() {
        return found(address(server.port()) + "mine", "owner", Optional.of(PASSWORD));
    }

    private static List<Finding> ofSuperuser(String database) {
        return found(address(server.port()) + database, "licet", Optional.empty());
    }

    private static void has(List<Finding> found, String about, State state, String... words) {
        assertThat(found).anySatisfy(finding -> {
            assertThat(finding.about()).isEqualTo(about);
            assertThat(finding.state()).as(finding.toString()).isEqualTo(state);
            for (String word : words) {
                assertThat(finding.says() + " -> " + finding.todo()).contains(word);
            }
        });
    }

    /// Those of a whole trial, each kept.
    private static void keepsAllPromises(List<Finding> found) {
        for (String promise : List.of("rollback", "events", "once", "times", "seats", "sessions")) {
            has(found, promise, State.OK);
        }
    }

    private static void leavesNothing(String database) throws Exception {
        assertThat(server.ask(database, "SELECT string_agg(nspname, ' ') FROM pg_namespace WHERE nspname ~ 'doctor'"))
                .isEmpty();
        assertThat(server.ask(database, "SELECT count(*) FROM pg_stat_activity WHERE application_name ~ 'doctor'"))
                .isEqualTo("0");
    }

    @Test
    void healthyServer_isOkInAll_andNothingIsLeft() throws Exception {
        List<Finding> found = ofOwner();
        assertThat(found).filteredOn(finding -> finding.state() != State.OK).isEmpty();
        has(found, "host 127.0.0.1:" + server.port(), State.OK, "reached as owner", "primary", "PostgreSQL 1");
        has(found, "tables", State.OK, "none yet");
        has(found, "clock", State.OK, " ms ");
        keepsAllPromises(found);
        leavesNothing("mine");
        assertThat(server.ask("mine", "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"))
                .isEqualTo("0");
    }

    @Test
    void databaseInUse_isTriedBesideItsTables_whichStayAsTheyAre() throws Exception {
        server.execute("CREATE DATABASE used");
        try (PostgresStore store = TestStores.open(server.source("used"))) {
            assertThat(store.accounts().list()).isEmpty();
            List<Finding> found = ofSuperuser("used");
            has(found, "tables", State.OK, "the newest");
            has(found, "rights", State.WARNING, "superuser");
            keepsAllPromises(found);
            assertThat(store.accounts().list()).isEmpty();
            assertThat(store.events().lastAcknowledged()).isZero();
        }
        leavesNothing("used");
    }

    @Test
    void tablesOfANewerVersion_orOfSomethingElse_areBroken() throws Exception {
        server.execute("CREATE DATABASE newer");
        TestStores.open(server.source("newer")).close();
        server.execute("newer", """
                INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by,
                  execution_time, success) VALUES (99, '99', 'x', 'SQL', 'x', 'x', 0, true)""");
        has(ofSuperuser("newer"), "tables", State.BROKEN, "of version 99");

        server.execute("CREATE DATABASE others");
        server.execute("others", "CREATE TABLE event (id BIGINT)");
        has(ofSuperuser("others"), "tables", State.BROKEN, "something else");
    }

    @Test
    void settingsThatLoseWhatWasAcknowledged_areNamed_withWhereTheyAreSet() throws Exception {
        server.set("full_page_writes", "off");
        server.execute("ALTER ROLE owner SET default_transaction_read_only = on");
        server.execute("ALTER DATABASE mine SET statement_timeout = '60s'");
        try {
            List<Finding> found = ofOwner();
            has(found, "settings", State.BROKEN, "full_page_writes is off (configuration file)");
            has(found, "settings", State.BROKEN, "default_transaction_read_only is on (by ALTER ROLE)");
            has(found, "timeouts", State.WARNING, "statement_timeout is 1min (by ALTER DATABASE)");
            has(found, "promises", State.WARNING, "not tried");
        } finally {
            server.set("full_page_writes", "on");
            server.execute("ALTER ROLE owner RESET ALL");
            server.execute("ALTER DATABASE mine RESET ALL");
        }
    }

    @Test
    void fsyncOff_isBroken() throws Exception {
        try (PostgresServer careless = PostgresServer.alone()) {
            has(
                    found(address(careless.port()) + "postgres", "licet", Optional.empty()),
                    "settings",
                    State.BROKEN,
                    "fsync is off (command line)");
        }
    }

    @Test
    void synchronousCommitOff_isAWarning_sinceServersSwitchItOn() throws Exception {
        server.execute("ALTER ROLE owner SET synchronous_commit = off");
        try {
            List<Finding> found = ofOwner();
            has(found, "synchronous_commit", State.WARNING, "off (by ALTER ROLE)");
            keepsAllPromises(found);
        } finally {
            server.execute("ALTER ROLE owner RESET synchronous_commit");
        }
    }

    @Test
    void userWithoutRights_isBroken_andOneWithoutASchemaIsNotTried() throws Exception {
        server.execute("CREATE DATABASE private OWNER owner");
        List<Finding> without = found(address(server.port()) + "private", "guest", Optional.empty());
        has(without, "rights", State.BROKEN, "guest may not make tables in the schema public", "GRANT");
        has(without, "promises", State.WARNING, "not tried");

        server.execute("private", "GRANT CREATE ON SCHEMA public TO guest");
        List<Finding> some = found(address(server.port()) + "private", "guest", Optional.empty());
        has(some, "rights", State.OK);
        has(some, "promises", State.WARNING, "may not make a schema");
    }

    @Test
    void otherEncoding_isBroken() throws Exception {
        server.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
        has(ofSuperuser("latin"), "encoding", State.BROKEN, "LATIN1");
    }

    @Test
    void serverThatIsNotReached_isToldSoon() {
        long began = System.nanoTime();
        List<Finding> found = found(address(1) + "mine", "owner", Optional.of(PASSWORD));
        assertThat(found).hasSize(2);
        has(found, "host 127.0.0.1:1", State.BROKEN, "not reached", "check that it runs");
        has(found, "primary", State.BROKEN);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void wrongPasswordOrDatabase_isToldWithoutIt() {
        List<Finding> found = found(address(server.port()) + "mine", "owner", Optional.of("another-" + PASSWORD));
        has(found, "host 127.0.0.1:" + server.port(), State.BROKEN, "postgres-password-file");
        has(ofSuperuser("nowhere"), "host 127.0.0.1:" + server.port(), State.BROKEN, "createdb");
    }

    @Test
    void standby_isNamed_andWhatIsWrongWithIt() throws Exception {
        try (PostgresServer primary = PostgresServer.alone("fsync=on", "max_locks_per_transaction=1024")) {
            primary.execute("CREATE USER plain");
            primary.execute("CREATE DATABASE plain OWNER plain");
            String both;
            try (PostgresServer standby = primary.standby()) {
                has(
                        found(address(standby.port()) + "postgres", "licet", Optional.empty()),
                        "primary",
                        State.BROKEN,
                        "no host that is named can be written");

                both = address(standby.port(), primary.port()) + "postgres";
                has(found(both, "licet", Optional.empty()), "standby", State.WARNING, "no success waits for one");

                String receiver = standby.ask("postgres", "SELECT pid FROM pg_stat_wal_receiver");
                signal("STOP", receiver);
                primary.execute("SELECT count(pg_logical_emit_message(false, 'x', repeat('x', 1000000)))"
                        + " FROM generate_series(1, 80)");
                has(found(both, "licet", Optional.empty()), "standby", State.WARNING, " MB behind -> see what holds");
                signal("CONT", receiver);

                primary.waitForStandby();
                List<Finding> healthy = found(both, "licet", Optional.empty());
                has(healthy, "host 127.0.0.1:" + standby.port(), State.OK, "a standby");
                has(healthy, "standby", State.OK, "standby is streaming (sync), ", " behind");
                keepsAllPromises(healthy);

                standby.set("wal_retrieve_retry_interval", "5s");
                has(
                        found(both, "licet", Optional.empty()),
                        "host 127.0.0.1:" + standby.port(),
                        State.WARNING,
                        "a standby",
                        "may wait for 5s",
                        "set its wal_retrieve_retry_interval");
                has(
                        found(address(primary.port()) + "plain", "plain", Optional.empty()),
                        "standby",
                        State.WARNING,
                        "1 attached",
                        "GRANT pg_read_all_stats TO plain");

                // Who may not see which one is attached sees that no commit ends.
                primary.set("synchronous_standby_names", "another");
                has(
                        found(address(primary.port()) + "plain", "plain", Optional.empty()),
                        "commit",
                        State.BROKEN,
                        "synchronous_standby_names");
            }
            List<Finding> alone = found(both, "licet", Optional.empty());
            has(alone, "standby", State.BROKEN, "waits for 1 (another), and 0 are attached");
            assertThat(alone).anySatisfy(finding -> {
                assertThat(finding.about()).startsWith("host ");
                assertThat(finding.state()).isEqualTo(State.WARNING); // the other one is there
            });
            assertThat(primary.ask("plain", "SELECT count(*) FROM pg_namespace WHERE nspname ~ 'doctor'"))
                    .isEqualTo("0");
        }
    }

    private static void signal(String signal, String process) throws Exception {
        new ProcessBuilder("kill", "-" + signal, process).start().waitFor();
    }

    @Test
    void twoPrimaries_areBroken() throws Exception {
        try (PostgresServer another = PostgresServer.alone()) {
            has(
                    found(address(server.port(), another.port()) + "postgres", "licet", Optional.empty()),
                    "primary",
                    State.BROKEN,
                    "2 hosts can be written");
        }
    }

    @Test
    void leftover_isToldWithHowItGoes() throws Exception {
        server.execute("mine", "CREATE SCHEMA licet_doctor_00000000 AUTHORIZATION owner");
        try {
            has(ofOwner(), "leftover", State.WARNING, "DROP SCHEMA licet_doctor_00000000 CASCADE");
        } finally {
            server.execute("mine", "DROP SCHEMA licet_doctor_00000000");
        }
    }

    /// Seen from a machine whose clock is an hour ahead.
    @Test
    void longTransactionAndAClockThatIsAhead_areWarnings() throws Exception {
        List<Finding> found = new ArrayList<>();
        Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
        try (Connection connection = server.source("mine").getConnection();
                Statement statement = connection.createStatement();
                Checkup checkup = PostgresStore.checkup(
                        address(server.port()) + "mine", "licet", Optional.empty(), KEPT, ahead)) {
            connection.setAutoCommit(false);
            statement.execute("SELECT 1");
            checkup.run(found::add);
        }
        has(found, "clock", State.WARNING, "ahead of the server's, more than 1000 ms");
        has(found, "transactions", State.WARNING, "runs for PT1H");
        keepsAllPromises(found);
    }

    @Test
    void tooFewConnectionsAndLocks_areToldWithHowManyAreNeeded() throws Exception {
        int node = PostgresStore.CONNECTIONS;
        server.execute("ALTER ROLE owner CONNECTION LIMIT " + (node - 1));
        try (PostgresServer small = PostgresServer.alone("fsync=on", "max_connections=" + (node + 5))) {
            has(ofOwner(), "connections", State.BROKEN, "may have " + (node - 1), "raise max_connections");
            List<Finding> found = found(address(small.port()) + "postgres", "licet", Optional.empty());
            has(found, "locks", State.WARNING, "room for " + 64 * (node + 5), "raise max_locks_per_transaction");
            try (Connection one = small.source("postgres").getConnection();
                    Connection two = small.source("postgres").getConnection();
                    Connection three = small.source("postgres").getConnection()) {
                has(
                        found(address(small.port()) + "postgres", "licet", Optional.empty()),
                        "connections",
                        State.WARNING,
                        "before you start another server");
            }
        } finally {
            server.execute("ALTER ROLE owner CONNECTION LIMIT -1");
        }
    }

    @Test
    void logThatNobodyTakes_isAWarning() throws Exception {
        try (PostgresServer careless =
                PostgresServer.alone("fsync=on", "archive_mode=on", "archive_command=false", "max_wal_senders=2")) {
            careless.execute("SELECT pg_create_physical_replication_slot('nobody', true)");
            careless.execute("SELECT pg_switch_wal()");
            for (int i = 0;
                    i < 100
                            && careless.ask("postgres", "SELECT failed_count FROM pg_stat_archiver")
                                    .equals("0");
                    i++) {
                Thread.sleep(100);
            }
            List<Finding> found = found(address(careless.port()) + "postgres", "licet", Optional.empty());
            has(found, "log", State.WARNING, "nobody reads the replication slot nobody, and it keeps ");
            has(found, "log", State.WARNING, "it is not archived since 20", "archive_command");
        }
    }

    @Test
    void runThatIsEnded_leavesNothing() throws Exception {
        CountDownLatch isTrying = new CountDownLatch(1);
        try (Checkup checkup = checkup(address(server.port()) + "mine", "owner", Optional.of(PASSWORD))) {
            Thread running = Thread.ofPlatform()
                    .start(() -> checkup.run(finding -> {
                        if (finding.about().equals("rollback")) {
                            isTrying.countDown();
                        }
                    }));
            assertThat(isTrying.await(60, TimeUnit.SECONDS)).isTrue();
            checkup.close();
            leavesNothing("mine");
            running.join();
        }
        leavesNothing("mine");
    }
}

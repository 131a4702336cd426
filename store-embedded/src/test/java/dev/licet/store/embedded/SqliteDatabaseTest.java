package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.AtOnce;
import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.license.Course;
import dev.licet.core.license.TermRules;
import dev.licet.store.sql.entity.Entities;
import dev.licet.store.sql.entity.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The table of number reserves serves as a table of any names.
class SqliteDatabaseTest {
    private static final String INSERT = "INSERT INTO number_reserve VALUES (?, 0)";

    @TempDir
    Path directory;

    private SqliteDatabase database;

    @BeforeEach
    void open() {
        database = SqliteDatabase.open(directory.resolve("entities.db"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void write_oneOfAGroupFails_itsNeighboursAreWrittenAndItIsNot() throws Exception {
        List<Future<Integer>> group = writeAsOneGroup(List.of(
                sql -> sql.update(INSERT, "first"),
                sql -> sql.update(INSERT, "second"),
                sql -> {
                    sql.update(INSERT, "half of the third");
                    return sql.update(INSERT, "first");
                },
                sql -> {
                    sql.update(INSERT, "half of the fourth");
                    throw new IllegalArgumentException("no");
                },
                sql -> sql.update(INSERT, "fifth")));

        assertThat(group.get(0).get()).isEqualTo(1);
        assertThat(group.get(1).get()).isEqualTo(1);
        assertThatThrownBy(group.get(2)::get).hasStackTraceContaining("SQLITE_CONSTRAINT");
        assertThatThrownBy(group.get(3)::get).hasStackTraceContaining("IllegalArgumentException: no");
        assertThat(group.get(4).get()).isEqualTo(1);
        assertThat(names()).containsExactly("fifth", "first", "second");
        assertThat(database.check()).isEmpty();
    }

    @Test
    void write_brokenForeignKey_failsAlone() throws Exception {
        String session = "INSERT INTO session (account, user, started_at, expires_at) VALUES (1, 1, 0, 0)";
        List<Future<Integer>> group =
                writeAsOneGroup(List.of(sql -> sql.update(session), sql -> sql.update(INSERT, "neighbour")));

        assertThatThrownBy(group.get(0)::get).hasStackTraceContaining("FOREIGN KEY");
        assertThat(group.get(1).get()).isEqualTo(1);
        assertThat(names()).containsExactly("neighbour");
    }

    @Test
    void write_isThereAfterReopen() {
        AtOnce.run(50, i -> database.write(sql -> sql.update(INSERT, "name " + i)));

        close();
        open();

        assertThat(names()).hasSize(50);
    }

    @Test
    void close_writesWhatWaits() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            block(threads::submit, release);
            List<Future<Integer>> waiting = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String name = "name " + i;
                waiting.add(threads.submit(() -> database.write(sql -> sql.update(INSERT, name))));
            }
            Thread.sleep(100);
            Future<?> closing = threads.submit(database::close);
            Thread.sleep(50);
            release.countDown();
            for (Future<Integer> write : waiting) {
                assertThat(write.get(10, TimeUnit.SECONDS)).isEqualTo(1);
            }
            closing.get(10, TimeUnit.SECONDS);
        }

        open();
        assertThat(names()).hasSize(20);
    }

    @Test
    void read_doesNotSeeWhatIsNotCommitted() throws Exception {
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> write = threads.submit(() -> database.write(sql -> {
                sql.update(INSERT, "name");
                written.countDown();
                await(release);
                return 1;
            }));
            assertThat(written.await(10, TimeUnit.SECONDS)).isTrue();

            assertThat(names()).isEmpty();

            release.countDown();
            write.get(10, TimeUnit.SECONDS);
        }
        assertThat(names()).containsExactly("name");
    }

    @Test
    void read_cantWrite() {
        assertThatThrownBy(() -> database.read(sql -> sql.update(INSERT, "name")))
                .hasStackTraceContaining("READONLY");
        assertThat(names()).isEmpty();
    }

    @Test
    void write_afterClose_isUnavailable() {
        close();

        assertThatThrownBy(() -> database.write(sql -> sql.update(INSERT, "name")))
                .isInstanceOf(Unavailable.class);
        open();
        assertThat(names()).isEmpty();
    }

    @Test
    void everyConnection_syncsEachCommit() {
        SqliteDatabase.Work<String> settings = sql -> setting(sql, "synchronous") + setting(sql, "journal_mode");

        String full = "2";
        assertThat((String) database.write(settings)).isEqualTo(full + "wal");
        assertThat((String) database.read(settings)).isEqualTo(full + "wal");
    }

    private static String setting(Sql sql, String name) throws SQLException {
        return sql.first("PRAGMA " + name, row -> row.getString(1)).orElseThrow();
    }

    /// Holds the writer until all of these wait behind it.
    private List<Future<Integer>> writeAsOneGroup(List<SqliteDatabase.Work<Integer>> works) throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            block(threads::submit, release);
            List<Future<Integer>> answers = new ArrayList<>();
            for (SqliteDatabase.Work<Integer> work : works) {
                answers.add(threads.submit(() -> database.write(work)));
                Thread.sleep(20);
            }
            release.countDown();
            return answers;
        }
    }

    private interface Start {
        Future<?> start(Runnable runnable);
    }

    private void block(Start threads, CountDownLatch release) throws Exception {
        CompletableFuture<Boolean> running = new CompletableFuture<>();
        threads.start(() -> database.write(sql -> {
            running.complete(true);
            await(release);
            return 0;
        }));
        running.get(10, TimeUnit.SECONDS);
    }

    private static void await(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException closing) {
                // the writer is told to end; the work goes on
            }
        }
    }

    private List<String> names() {
        return database.read(sql -> sql.all(
                "SELECT name FROM number_reserve WHERE name <> 'transaction' ORDER BY name", row -> row.getString(1)));
    }

    @Test
    void write_error_failsAloneAndTheWriterGoesOn() throws Exception {
        List<Future<Integer>> group = writeAsOneGroup(List.of(
                sql -> {
                    sql.update(INSERT, "half");
                    throw new StackOverflowError("made for this test");
                },
                sql -> sql.update(INSERT, "neighbour")));

        assertThatThrownBy(() -> group.get(0).get(10, TimeUnit.SECONDS)).hasStackTraceContaining("made for this test");
        assertThat(group.get(1).get(10, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(names()).containsExactly("neighbour");
    }

    @Test
    void schemaVersion_isThatOfTheNewestMigration() throws Exception {
        Path migrations = Path.of("src/main/resources/dev/licet/store/embedded/entities");
        try (Stream<Path> files = Files.list(migrations)) {
            assertThat(files.map(file -> file.getFileName().toString().replaceAll("V([0-9]+)__.*", "$1"))
                            .max(Comparator.comparingInt(Integer::parseInt)))
                    .hasValue(SqliteDatabase.SCHEMA_VERSION);
        }
    }

    @Test
    void dataOfAnEarlierVersion_isTakenOver() throws Exception {
        Path old = directory.resolve("old.db");
        Flyway.configure(SqliteDatabase.class.getClassLoader())
                .dataSource("jdbc:sqlite:" + old, null, null)
                .locations("classpath:dev/licet/store/embedded/entities")
                .target("6")
                .load()
                .migrate();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + old);
                Statement statement = connection.createStatement()) {
            for (String sql : List.of(
                    "INSERT INTO account (number, name, signing_key, created_at) VALUES (100000000000000, 'a', x'', 0)",
                    "INSERT INTO product (account, name, created_at) VALUES (100000000000000, 'p', 0)",
                    "INSERT INTO license (account, name, type, price, currency, created_at)"
                            + " VALUES (100000000000000, 'l', 'OWN', '1', 'EUR', 0)",
                    "INSERT INTO license_key (account, product, key, created_at, max_machines)"
                            + " VALUES (100000000000000, 1, 'KEY', 0, 5)",
                    "INSERT INTO activation VALUES (1, 'still', NULL, '', 100)",
                    "INSERT INTO new_machine (key, at) VALUES (1, 100), (1, 50)",
                    "INSERT INTO seat VALUES ('s', 1, 'seated', NULL, NULL, '', 0, 60000000, 0, 7200000001)")) {
                statement.executeUpdate(sql);
            }
        }

        try (SqliteDatabase taken = SqliteDatabase.open(old)) {
            // The machine that is activated tells itself since when.
            assertThat(taken.<List<Long>>read(sql -> sql.all("SELECT at FROM past_machine", row -> row.getLong("at"))))
                    .containsExactly(50L);
            assertThat(taken.<List<Long>>read(
                            sql -> sql.all("SELECT until_hour FROM seat", row -> row.getLong("until_hour"))))
                    .containsExactly(2L);
            Entities entities = TestEntities.of(taken);
            assertThat(entities.licenseKeys().terms(new KeyId(1)).course()).isEqualTo(Course.NONE);
            assertThat(entities.licenses()
                            .find(new AccountNumber(AccountNumber.FIRST), new LicenseId(1))
                            .orElseThrow()
                            .rules())
                    .isEqualTo(TermRules.USUAL);
        }
    }
}

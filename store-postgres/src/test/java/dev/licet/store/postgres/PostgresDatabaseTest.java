package dev.licet.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.AtOnce;
import dev.licet.core.Outcome;
import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.audit.Change;
import dev.licet.core.audit.Changes;
import dev.licet.core.customer.Customer;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.PasswordHash;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.identity.User;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.store.Store;
import dev.licet.core.store.VerifyReport;
import dev.licet.store.embedded.EmbeddedStore;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.Entities;
import dev.licet.store.sql.entity.SqlChanges;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// What is PostgreSQL's own: several nodes, texts, broken connections, triggers.
@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
@Timeout(120)
class PostgresDatabaseTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);
    private static final SigningKey SIGNING_KEY = SigningKey.generate();

    @TempDir
    Path directory;

    private PostgresDatabase one;
    private PostgresDatabase other;

    @BeforeEach
    void open() {
        one = node();
        other = node();
        of(one).accounts().add(new Account(ACCOUNT, "account", SIGNING_KEY, false, TestClock.START));
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    private PostgresDatabase node() {
        return PostgresDatabase.open(PostgresServer.of(directory), PostgresStore.READERS, ChangeLog.keepingAll());
    }

    private static Entities of(PostgresDatabase database) {
        Turns closed = new Turns("test", InsightSettings.DEFAULT);
        closed.close();
        return Entities.of(database, closed, Optional.empty());
    }

    private VerifyReport verify() {
        return one.read(sql -> SqlChanges.verify(sql, 0, ""));
    }

    private static List<Change> changes(Changes changes) {
        return changes.list(
                ACCOUNT,
                new Changes.Query(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        0,
                        Long.MAX_VALUE,
                        false,
                        10_000));
    }

    @Test
    void writesOfTwoNodesAtOnce_areOneChainOfChanges() {
        List<Entities> nodes = List.of(of(one), of(other));
        AtOnce.run(100, i -> nodes.get(i % 2).products().add(ACCOUNT, "product " + i, TestClock.START.plusSeconds(i)));

        VerifyReport report = verify();
        assertThat(report.broken()).isEmpty();
        assertThat(report.changes()).isEqualTo(101);
        assertThat(of(other).products().list(ACCOUNT)).hasSize(100);
    }

    @Test
    void whatOneNodeHasAcknowledged_theOtherSees_thoughItHasReadItBefore() {
        ProductId product =
                of(one).products().add(ACCOUNT, "product", TestClock.START).id();
        Entities second = of(other);
        assertThat(second.products().find(ACCOUNT, product)).isPresent();

        of(one).products().revoke(product);

        assertThat(second.products().find(ACCOUNT, product)).isEmpty();
        assertThat(second.transactions().run(() -> second.products().find(ACCOUNT, product)))
                .isEmpty();
    }

    @Test
    void whatIsDecidedOnWhatIsThere_isDecidedOnceOfAllNodes() {
        List<Entities> nodes = List.of(of(one), of(other));
        List<Long> numbers =
                AtOnce.run(40, i -> nodes.get(i % 2).transactionNumbers().reserve(10));
        assertThat(numbers).doesNotHaveDuplicates().allMatch(first -> first % 10 == 1);
    }

    @Test
    void textWithANul_isRefused_andItsNeighboursAreWritten() {
        Entities entities = of(one);
        assertThatThrownBy(() -> entities.products().add(ACCOUNT, "a\0b", TestClock.START))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NUL");
        assertThatThrownBy(() -> entities.licenseKeys().find(new ProductId(1), "a\0b"))
                .isInstanceOf(IllegalArgumentException.class);

        entities.products().add(ACCOUNT, "ab", TestClock.START);
        assertThat(entities.products().list(ACCOUNT)).hasSize(1);
        assertThat(one.check()).isEmpty();
        assertThat(verify().broken()).isEmpty();
    }

    @Test
    void connectionsThatBreak_areOpenedAgain() throws SQLException {
        Entities entities = of(one);
        entities.products().add(ACCOUNT, "before", TestClock.START);
        try (Connection connection = PostgresServer.of(directory).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
        }
        assertThatThrownBy(() -> entities.products().add(ACCOUNT, "meanwhile", TestClock.START))
                .isInstanceOf(Unavailable.class);

        entities.products().add(ACCOUNT, "after", TestClock.START);
        for (int i = 0; i < 20; i++) {
            assertThat(entities.products().list(ACCOUNT)).hasSize(2);
        }
        assertThat(verify().broken()).isEmpty();
        assertThat(verify().changes()).isEqualTo(3);
    }

    @Test
    void read_cantWrite() {
        assertThatThrownBy(() -> one.read(sql -> sql.update("DELETE FROM session")))
                .hasStackTraceContaining("read-only");
    }

    @Test
    void read_doesNotSeeWhatIsNotCommitted_andIsNotHeldUp() throws Exception {
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Thread writing = Thread.ofVirtual()
                .start(() -> one.write(sql -> {
                    sql.update("INSERT INTO number_reserve VALUES ('name', 0)");
                    written.countDown();
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return 0;
                }));
        written.await();
        assertThat(count(other)).isEqualTo(1);
        release.countDown();
        writing.join();
        assertThat(count(other)).isEqualTo(2);
    }

    private static long count(PostgresDatabase database) {
        return database.read(sql -> sql.first("SELECT count(*) FROM number_reserve", row -> row.getLong(1))
                .orElseThrow());
    }

    /// Both engines: the same changes are told in the same words, and hashed to the same chain.
    @Test
    void changes_areToldAsSqliteTellsThem(@TempDir Path embedded) {
        Entities entities = of(one);
        try (Store store = EmbeddedStore.open(embedded)) {
            store.accounts().add(new Account(ACCOUNT, "account", SIGNING_KEY, false, TestClock.START));
            Changed sqlite = new Changed(store);
            Changed postgres = new Changed(entities);
            assertThat(postgres.told()).isEqualTo(sqlite.told()).hasSizeGreaterThan(8);
        }
        assertThat(verify().broken()).isEmpty();
    }

    /// Some changes, of both kinds of texts and of each way of telling.
    private record Changed(List<String> told) {
        private static final String HARD = "a \"quoted\"\\ é…𝄞 \n\t\b\f\r\u0001\u001f\u007f / <&> '";

        Changed(Store store) {
            this(made(Changed.of(store)));
        }

        Changed(Entities entities) {
            this(made(entities));
        }

        private static Entities of(Store store) {
            return new Entities(
                    store.accounts(),
                    store.users(),
                    store.applications(),
                    store.accessTokens(),
                    store.userTokens(),
                    store.quotas(),
                    store.products(),
                    store.licenseKeys(),
                    store.keyTemplates(),
                    store.dataObjects(),
                    store.keyCalls(),
                    store.keyUsage(),
                    store.customers(),
                    store.messages(),
                    store.transactions(),
                    store.licenses(),
                    store.purchases(),
                    store.changes(),
                    store.offlineFiles(),
                    store.sessions(),
                    store.seats(),
                    store.transactionNumbers(),
                    store.savedInsights(),
                    store.keptAnswers());
        }

        private static List<String> made(Entities entities) {
            ProductId product =
                    entities.products().add(ACCOUNT, HARD, TestClock.START).id();
            LicenseKey key = entities.licenseKeys()
                    .add(ACCOUNT, product, "KEY", TestClock.START)
                    .orElseThrow();
            User user = entities.users()
                    .add(ACCOUNT, "user", new PasswordHash("$argon2id$x"), Set.of(), TestClock.START)
                    .orElseThrow();
            entities.users().setPassword(user.id(), new PasswordHash("$argon2id$y"));
            entities.users().rename(user.id(), HARD);
            entities.users().revoke(user.id());
            Customer customer = entities.customers()
                    .add(
                            ACCOUNT,
                            new Customer.Details(HARD, "", "", ""),
                            SecretHash.fromBytes(new byte[32]),
                            TestClock.START)
                    .orElseThrow();
            entities.customers().remove(ACCOUNT, customer.id(), Outcome::success);
            entities.messages().add(ACCOUNT, HARD, HARD, TestClock.START);
            entities.products().revoke(key.product());
            entities.accounts().rename(ACCOUNT, HARD);
            return changes(entities.changes()).stream()
                    .map(change -> change.id() + " " + change.kind() + " " + change.object() + " " + change.before()
                            + " " + change.after())
                    .toList();
        }
    }

    @Test
    void connections_noticeAMachineThatIsGone() throws IOException {
        assertThat(PostgresStore.driver("postgresql://127.0.0.1:1/x", "licet", Optional.empty())
                        .getSocketFactory())
                .isEqualTo(KeptAliveSockets.class.getName());
        try (Socket socket = new KeptAliveSockets().createSocket()) {
            assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(5);
            assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(3);
        }
    }

    @Test
    void schemaVersion_isThatOfTheNewestMigration() throws IOException {
        Path migrations = Path.of("src/main/resources/dev/licet/store/postgres/entities");
        try (Stream<Path> files = Files.list(migrations)) {
            assertThat(files.map(file -> file.getFileName().toString().replaceAll("V([0-9]+)__.*", "$1"))
                            .max(Comparator.comparingInt(Integer::parseInt)))
                    .hasValue(PostgresDatabase.SCHEMA_VERSION);
        }
    }

    @Test
    void tables_areThoseOfSqlite_columnByColumn(@TempDir Path embedded) throws SQLException {
        EmbeddedStore.open(embedded).close();
        List<String> columns;
        try (Connection sqlite = DriverManager.getConnection("jdbc:sqlite:" + embedded.resolve("entities.db"))) {
            columns = rows(sqlite, """
                    SELECT t.name || '.' || c.cid || ' ' || c.name FROM sqlite_master t, pragma_table_info(t.name) c
                    WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'flyway_%'
                    ORDER BY 1""");
        }
        try (Connection postgres = PostgresServer.of(directory).getConnection()) {
            assertThat(rows(postgres, """
                            SELECT table_name || '.' || ordinal_position - 1 || ' ' || column_name
                            FROM information_schema.columns
                            WHERE table_schema = 'public' AND table_name NOT LIKE 'flyway_%'
                              AND table_name <> 'audit_triggers'
                              AND table_name !~ '^(event|rolled|day|sink|count)(_|$)' -- not of entities
                            ORDER BY 1""")).containsExactlyInAnyOrderElementsOf(columns);
            assertThat(rows(postgres, """
                            SELECT table_name || '.' || column_name FROM information_schema.columns
                            WHERE table_schema = 'public' AND table_name NOT LIKE 'flyway_%'
                              AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'""")).isEmpty();
        }
    }

    private static List<String> rows(Connection connection, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        return rows;
    }
}

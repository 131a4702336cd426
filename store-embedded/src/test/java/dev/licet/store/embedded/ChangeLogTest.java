package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.AtOnce;
import dev.licet.core.SteadyClock;
import dev.licet.core.TestClock;
import dev.licet.core.audit.Acting;
import dev.licet.core.audit.Change;
import dev.licet.core.audit.Changes;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Caller;
import dev.licet.core.store.VerifyReport;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.Sql;
import dev.licet.store.sql.entity.SqlChanges;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeLogTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(100_000_000_000_001L);
    private static final Duration KEPT = Duration.ofDays(30);

    @TempDir
    Path directory;

    private final TestClock clock = new TestClock();
    private final Clock steady = new SteadyClock(clock, clock::nanos);
    private SqliteDatabase database;

    @BeforeEach
    void open() {
        database = SqliteDatabase.open(file(), DiskSpace.unwatched(), new ChangeLog(clock, steady, KEPT));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Path file() {
        return directory.resolve("entities.db");
    }

    private void add(String name) {
        database.write(sql -> insert(sql, name));
    }

    private static int insert(Sql sql, String name) throws java.sql.SQLException {
        sql.update(
                "INSERT OR IGNORE INTO account (number, name, signing_key, created_at) VALUES (?, 'a', x'', 0)",
                ACCOUNT.value());
        return sql.update("INSERT INTO product (account, name, created_at) VALUES (?, ?, 0)", ACCOUNT.value(), name);
    }

    private List<Change> changes() {
        return TestEntities.of(database)
                .changes()
                .list(
                        ACCOUNT,
                        new Changes.Query(
                                Optional.of("product"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                0,
                                Long.MAX_VALUE,
                                false,
                                10_000));
    }

    private VerifyReport verify(long knownId, String knownHash) {
        return SqliteDatabase.look(file(), sql -> SqlChanges.verify(sql, knownId, knownHash));
    }

    private VerifyReport verify() {
        return verify(0, "");
    }

    private void tamper(String... statements) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    @Test
    void change_saysWhoDidIt_andWhatItWasBeforeAndAfter() throws Exception {
        Acting acting = new Acting("PATCH /v1/products/prd_1", "192.0.2.1", "r-1");
        add("old");
        ScopedValue.where(Acting.CURRENT, acting).run(() -> {
            Acting.as(Caller.operator(ACCOUNT));
            database.write(sql -> sql.update("UPDATE product SET name = 'new', revoked = 1"));
        });
        database.write(sql -> sql.update("DELETE FROM product"));

        List<Change> all = changes();
        assertThat(all)
                .extracting(change ->
                        change.before().orElse("-") + " " + change.after().orElse("-"))
                .containsExactly(
                        "- {\"name\":\"old\",\"wholeValues\":false,\"revoked\":false,\"retention\":null}",
                        "{\"name\":\"old\",\"wholeValues\":false,\"revoked\":false,\"retention\":null} {\"name\":\"new\",\"wholeValues\":false,\"revoked\":true,\"retention\":null}",
                        "{\"name\":\"new\",\"wholeValues\":false,\"revoked\":true,\"retention\":null} -");
        assertThat(all.getFirst().by()).isEqualTo(Acting.By.NOBODY);
        assertThat(all.get(1).by().call()).isEqualTo("PATCH /v1/products/prd_1");
        assertThat(all.get(1).by().address()).isEqualTo("192.0.2.1");
        assertThat(all.get(1).by().request()).isEqualTo("r-1");
    }

    @Test
    void secrets_areNotTold_thatTheyChangedIs() {
        add("p");
        database.write(sql -> sql.update(
                "INSERT INTO user (account, username, password, created_at)" + " VALUES (?, 'anna', 'hash-1', 0)",
                ACCOUNT.value()));
        database.write(sql -> sql.update("UPDATE user SET password = 'hash-2'"));

        List<String> told = database.read(sql -> sql.all(
                "SELECT coalesce(before, '') || coalesce(after, '') AS told FROM change",
                row -> row.getString("told")));
        assertThat(told).noneMatch(text -> text.contains("hash-"));
        assertThat(told.getLast()).contains("\"password\":\"changed\"");
    }

    @Test
    void workThatFails_leavesNoChange_andItsNeighboursDo() {
        add("first");
        List<Boolean> made = AtOnce.run(40, i -> {
            try {
                database.write(sql -> {
                    insert(sql, "p " + i);
                    if (i % 2 == 0) {
                        throw new IllegalArgumentException("no");
                    }
                    return true;
                });
                return true;
            } catch (IllegalArgumentException e) {
                return false;
            }
        });

        assertThat(made.stream().filter(yes -> yes)).hasSize(20);
        assertThat(changes()).hasSize(21);
        assertThat(verify().broken()).isEmpty();
    }

    @Test
    void workWithinOtherWork_thatFails_leavesTheOthersChanges() {
        database.together(() -> {
            add("outer");
            assertThatThrownBy(() -> database.write(sql -> {
                        insert(sql, "inner");
                        throw new IllegalStateException("no");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            return true;
        });

        assertThat(changes()).hasSize(1);
        assertThat(verify().broken()).isEmpty();
    }

    @Test
    void updateThatChangesNothing_isNoChange() {
        add("p");
        database.write(sql -> sql.update("UPDATE product SET name = 'p'"));

        assertThat(changes()).hasSize(1);
    }

    @Test
    void chain_goesOnAfterReopen_andIdsHaveNoGap() {
        AtOnce.run(20, i -> {
            add("p " + i);
            return true;
        });
        close();
        open();
        add("after");

        List<Long> ids = database.read(sql -> sql.all("SELECT id FROM change ORDER BY id", row -> row.getLong(1)));
        assertThat(ids).isEqualTo(LongStream.rangeClosed(1, 22).boxed().toList());
        assertThat(verify().changes()).isEqualTo(22);
        assertThat(verify().broken()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE change SET after = replace(after, 'p 3', 'p 4') WHERE id = 5",
                "UPDATE change SET at = at + 1 WHERE id = 5",
                "UPDATE change SET call = 'x' WHERE id = 5",
                "UPDATE change SET user = 1 WHERE id = 5",
                "UPDATE change SET hash = zeroblob(32) WHERE id = 5",
                "UPDATE change SET object = object || before, before = NULL WHERE id = 5 AND 0; UPDATE change SET kind = '' WHERE id = 5",
                "DELETE FROM change WHERE id = 5",
                "DELETE FROM change WHERE id < 5",
                "UPDATE change SET id = id + 100 WHERE id >= 5",
            })
    void alteredRecord_isNoticed(String alteration) throws Exception {
        for (int i = 0; i < 10; i++) {
            add("p " + i);
        }
        assertThat(verify().broken()).isEmpty();

        tamper(alteration.split(";"));

        VerifyReport report = verify();
        assertThat(report.broken()).isPresent();
        assertThat(report.changes()).isLessThan(10);
    }

    @Test
    void cutTail_orAWholeNewRecord_isNoticedByWhoKnewAnEarlierHash() throws Exception {
        for (int i = 0; i < 10; i++) {
            add("p " + i);
        }
        VerifyReport earlier = verify();

        tamper("DELETE FROM change WHERE id > 7");
        assertThat(verify().broken()).isEmpty();
        assertThat(verify(earlier.lastId(), earlier.lastHash())
                        .broken()
                        .orElseThrow()
                        .why())
                .contains("is gone");
        close();
        open();
        for (int i = 0; i < 10; i++) {
            add("other " + i);
        }
        assertThat(verify().broken()).isEmpty();
        assertThat(verify(earlier.lastId(), earlier.lastHash())
                        .broken()
                        .orElseThrow()
                        .why())
                .contains("another hash");
    }

    @Test
    void clockThatIsYearsAheadForAWhile_letsNothingGo() {
        addMany("before");
        clock.set(clock.instant().plus(Duration.ofDays(3650)));
        addMany("ahead");
        clock.set(TestClock.START);
        addMany("after");

        long left = database.read(sql ->
                sql.first("SELECT count(*) FROM change", row -> row.getLong(1)).orElseThrow());
        assertThat(left).isEqualTo(1801);
    }

    private void addMany(String name) {
        database.write(sql -> {
            for (int i = 0; i < 600; i++) {
                insert(sql, name + " " + i);
            }
            return true;
        });
    }

    @Test
    void beginningThatIsTakenAway_isNoticedByWhoKnewAnEarlierHash() throws Exception {
        for (int i = 0; i < 10; i++) {
            add("p " + i);
        }
        VerifyReport earlier = verify();
        for (int i = 0; i < 10; i++) {
            add("q " + i);
        }
        tamper(
                "INSERT INTO change_let_go SELECT id, hash FROM change WHERE id = 15",
                "DELETE FROM change WHERE id <= 15");

        assertThat(verify().broken()).isEmpty();
        assertThat(verify().lastId() - verify().changes()).isEqualTo(15);
        assertThat(verify(earlier.lastId(), earlier.lastHash())
                        .broken()
                        .orElseThrow()
                        .why())
                .contains("was let go");
        assertThat(verify(15, "0".repeat(64)).broken().orElseThrow().why()).contains("another hash");
    }

    @Test
    void oldChanges_areLetGo_andTheChainStillHolds() {
        for (int round = 0; round < 3; round++) {
            int number = round;
            database.write(sql -> {
                for (int i = 0; i < 600; i++) {
                    insert(sql, number + " " + i);
                }
                return true;
            });
            clock.advance(Duration.ofDays(20));
        }

        List<Change> left = changes();
        assertThat(left).hasSizeBetween(1200, 1300);
        assertThat(left.getFirst().id()).isGreaterThan(1);
        assertThat(verify().broken()).isEmpty();
        assertThat(verify().lastId()).isEqualTo(1801);
    }
}

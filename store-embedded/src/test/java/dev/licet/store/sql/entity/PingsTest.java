package dev.licet.store.sql.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.Pending;
import dev.licet.core.Unavailable;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.session.Sessions.KeyState;
import dev.licet.store.embedded.TestEntities;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// How pings that wait for the writer become one piece of its work, with a writer that the test holds up.
class PingsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MORE_THAN_THE_QUEUE_HAS_PLACES = 50_000;

    @TempDir
    Path directory;

    private final CountDownLatch release = new CountDownLatch(1);
    private SingleWriter database;
    private Pings pings;

    @BeforeEach
    void open() {
        database = TestEntities.open(directory.resolve("entities.db"));
        pings = new Pings(database);
        database.write(sql -> {
            sql.update("INSERT INTO account (number, name, signing_key, created_at) VALUES (1, 'account', x'', 0)");
            return sql.update(
                    "INSERT INTO user (id, account, username, password, created_at) VALUES (1, 1, 'user', '', 0)");
        });
    }

    @AfterEach
    void close() {
        release.countDown();
        database.close();
    }

    private static SecretHash key(int number) {
        return SecretHash.fromBytes(ByteBuffer.allocate(32).putInt(number).array());
    }

    private void openSession(int number) {
        database.write(sql -> {
            sql.update("INSERT INTO session VALUES (?, 1, 1, 0, ?)", number, Micros.of(NOW.plusSeconds(1)));
            return sql.update(
                    "INSERT INTO session_key VALUES (?, ?, NULL)", key(number).toBytes(), number);
        });
    }

    private Pending<KeyState> ping(int session, int seconds) {
        return pings.add(key(session), NOW, NOW.plusSeconds(seconds));
    }

    private long end(int session) {
        return database.read(
                sql -> sql.first("SELECT expires_at FROM session WHERE id = ?", row -> row.getLong(1), session)
                        .orElseThrow());
    }

    /// Until it is released, all that comes waits.
    private void holdWriterUp() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        database.submitUnremembered(sql -> {
            held.countDown();
            try {
                release.await();
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
            }
            return 0;
        });
        held.await();
    }

    private Pending<Integer> breakTheDisk() {
        return database.submitUnremembered(sql -> {
            throw new SQLiteException("made for this test", SQLiteErrorCode.SQLITE_IOERR);
        });
    }

    @Test
    void pingsThatWait_takeOnePlaceOfTheQueue_howeverMany() throws Exception {
        openSession(1);
        openSession(2);
        holdWriterUp();
        List<Pending<KeyState>> waiting = new ArrayList<>();
        for (int i = 0; i < MORE_THAN_THE_QUEUE_HAS_PLACES; i++) {
            waiting.add(ping(1 + i % 3, i));
        }
        release.countDown();

        for (int i = 0; i < waiting.size(); i++) {
            assertThat(waiting.get(i).await()).isEqualTo(i % 3 == 2 ? KeyState.UNKNOWN : KeyState.LIVE);
        }
        assertThat(end(1)).isEqualTo(Micros.of(NOW.plusSeconds(49_998)));
        assertThat(end(2)).isEqualTo(Micros.of(NOW.plusSeconds(49_999)));
    }

    @Test
    void groupThatFailsAfterThem_failsThemAll_andTheNextPingIsWritten() throws Exception {
        openSession(1);
        holdWriterUp();
        Pending<KeyState> before = ping(1, 60);
        Pending<Integer> broken = breakTheDisk();
        release.countDown();

        assertThatThrownBy(before::await).isInstanceOf(Unavailable.class);
        assertThatThrownBy(broken::await).isInstanceOf(Unavailable.class);
        assertThat(end(1)).isEqualTo(Micros.of(NOW.plusSeconds(1)));
        assertThat(ping(1, 60).await()).isEqualTo(KeyState.LIVE);
        assertThat(end(1)).isEqualTo(Micros.of(NOW.plusSeconds(60)));
    }

    @Test
    void groupThatFailsBeforeTheyAreBegun_failsThemAll_andTheNextPingIsWritten() throws Exception {
        openSession(1);
        holdWriterUp();
        breakTheDisk();
        Pending<KeyState> before = ping(1, 60);
        release.countDown();

        assertThatThrownBy(before::await).isInstanceOf(Unavailable.class);
        assertThat(ping(1, 60).await()).isEqualTo(KeyState.LIVE);
    }

    @Test
    void pingAsAPartOfOtherWork_isWrittenWithIt() {
        openSession(1);

        KeyState state = database.write(sql -> ping(1, 60).await());

        assertThat(state).isEqualTo(KeyState.LIVE);
        assertThat(end(1)).isEqualTo(Micros.of(NOW.plusSeconds(60)));
    }

    @Test
    void pingOnAClosedStore_isUnavailable_overAndOver() {
        database.close();

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> ping(1, 60).await()).isInstanceOf(Unavailable.class);
        }
    }
}

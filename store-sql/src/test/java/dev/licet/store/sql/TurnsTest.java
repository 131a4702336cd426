package dev.licet.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TurnsTest {
    private static final AccountNumber BUSY = new AccountNumber(100_000_000_000_001L);
    private static final AccountNumber OTHER = new AccountNumber(100_000_000_000_002L);
    private static final Duration LONG = Duration.ofSeconds(20);

    private static Turns turns(Duration patience) {
        return new Turns("test", new InsightSettings(patience, 1, 3));
    }

    private final Turns turns = turns(LONG);
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @AfterEach
    void close() {
        mayEnd.countDown();
        turns.close();
    }

    private Thread ask(AccountNumber account, String name) {
        return Thread.ofVirtual().start(() -> {
            try {
                turns.run(account, () -> done.add(name), () -> {});
            } catch (Exception e) {
                done.add(name + " failed");
            }
        });
    }

    private Thread holdTheOnlyTurn() throws InterruptedException {
        Thread first = Thread.ofVirtual().start(() -> {
            try {
                turns.run(
                        BUSY,
                        () -> {
                            begun.countDown();
                            return mayEnd.await(20, TimeUnit.SECONDS);
                        },
                        () -> {});
            } catch (Exception e) {
                done.add("the first failed");
            }
        });
        begun.await();
        return first;
    }

    private void awaitWaiting(int count) throws InterruptedException {
        while (turns.waiting() < count) {
            Thread.sleep(5);
        }
    }

    @Test
    void anotherAccount_comesBeforeTheRestOfOneThatAskedMuch() throws Exception {
        List<Thread> all = new CopyOnWriteArrayList<>(List.of(holdTheOnlyTurn()));
        for (int i = 1; i <= 3; i++) {
            all.add(ask(BUSY, "busy " + i));
            awaitWaiting(i);
        }
        all.add(ask(OTHER, "other"));
        awaitWaiting(4);

        mayEnd.countDown();
        for (Thread thread : all) {
            thread.join();
        }

        assertThat(done).containsExactly("busy 1", "other", "busy 2", "busy 3");
    }

    @Test
    void moreOfAnAccountThanMayWait_areRefused_andOthersAreNot() throws Exception {
        holdTheOnlyTurn();
        for (int i = 1; i <= 3; i++) {
            ask(BUSY, "busy " + i);
            awaitWaiting(i);
        }

        assertThatThrownBy(() -> turns.run(BUSY, () -> 1, () -> {})).isInstanceOf(Unavailable.class);
        Thread other = ask(OTHER, "other");
        mayEnd.countDown();
        other.join();

        assertThat(done).contains("other").doesNotContain("other failed");
    }

    @Test
    void whatTakesTooLong_isStopped_andTheNextHasItsTurn() throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();

        try (Turns impatient = turns(Duration.ofMillis(50))) {
            assertThatThrownBy(() -> impatient.run(BUSY, () -> mayEnd.await(20, TimeUnit.SECONDS), () -> {
                        stopped.set(true);
                        mayEnd.countDown();
                    }))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("insight-timeout");

            assertThat(stopped).isTrue();
            assertThat(impatient.run(OTHER, () -> 7, () -> {})).isEqualTo(7);
        }
    }

    @Test
    void whatWaits_isNotDoneOnceItIsClosed() throws Exception {
        holdTheOnlyTurn();
        Thread waiting = ask(BUSY, "waiting");
        awaitWaiting(1);

        turns.close();
        waiting.join();

        assertThat(done).containsExactly("waiting failed");
        assertThatThrownBy(() -> turns.run(BUSY, () -> 1, () -> {})).isInstanceOf(Unavailable.class);
    }
}

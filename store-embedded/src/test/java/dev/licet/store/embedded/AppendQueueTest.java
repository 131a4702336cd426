package dev.licet.store.embedded;

import static dev.licet.store.embedded.TestEvents.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.TestClock;
import dev.licet.core.Unavailable;
import dev.licet.core.event.AppendQueue;
import dev.licet.core.event.AppendQueue.Answer;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.store.embedded.Journal.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AppendQueueTest {
    @TempDir
    Path directory;

    private static Request request(long account, int bytes) {
        return new Request(account, 1, TestClock.START, new byte[bytes], new CompletableFuture<>());
    }

    private static int offerUntilRefused(AppendQueue<Request> queue, long account, Answer answer) {
        for (int taken = 0; ; taken++) {
            Answer given = queue.offer(request(account, 1));
            if (given != Answer.TAKEN) {
                assertThat(given).isEqualTo(answer);
                return taken;
            }
        }
    }

    private static List<Request> take(AppendQueue<Request> queue, int most) throws InterruptedException {
        List<Request> group = new ArrayList<>();
        queue.take(group, most, 1 << 20, 0);
        return group;
    }

    @Test
    void oneAccount_fillsThreeQuarters_andAnotherStillGetsIn() {
        AppendQueue<Request> queue = new AppendQueue<>(1000, 1 << 20);
        assertThat(offerUntilRefused(queue, 1, Answer.OVER_SHARE)).isBetween(749, 751);
        assertThat(queue.offer(request(2, 1))).isEqualTo(Answer.TAKEN);
        assertThat(queue.offer(request(1, 1))).isEqualTo(Answer.OVER_SHARE);
    }

    @Test
    void bytesAreBoundedToo_butARequestLargerThanAllIsTakenAlone() throws Exception {
        AppendQueue<Request> queue = new AppendQueue<>(1000, 1000);
        assertThat(queue.offer(request(1, 5000))).isEqualTo(Answer.TAKEN);
        assertThat(queue.offer(request(2, 1))).isEqualTo(Answer.FULL);
        assertThat(take(queue, 10)).hasSize(1);
        assertThat(queue.offer(request(2, 1))).isEqualTo(Answer.TAKEN);
    }

    @Test
    void eachAccountThatComes_findsRoom() {
        AppendQueue<Request> queue = new AppendQueue<>(1000, 1 << 20);
        for (long account = 1; account <= 4; account++) {
            assertThat(offerUntilRefused(queue, account, Answer.OVER_SHARE)).isPositive();
        }
        assertThat(queue.offer(request(5, 1))).isEqualTo(Answer.TAKEN);
    }

    @Test
    void take_isInTurn_andInOrderWithinAnAccount() throws Exception {
        AppendQueue<Request> queue = new AppendQueue<>(1000, 1 << 20);
        for (int i = 1; i <= 5; i++) {
            queue.offer(request(1, i));
        }
        queue.offer(request(2, 100));
        queue.offer(request(3, 200));
        assertThat(take(queue, 4)).extracting(taken -> taken.payload().length).containsExactly(1, 100, 200, 2);
        assertThat(take(queue, 4)).extracting(taken -> taken.payload().length).containsExactly(3, 4, 5);
    }

    @Test
    void close_refusesMoreAndGivesOutTheRest() throws Exception {
        AppendQueue<Request> queue = new AppendQueue<>(1000, 1 << 20);
        queue.offer(request(1, 1));
        queue.close();
        assertThat(queue.offer(request(1, 1))).isEqualTo(Answer.CLOSED);
        List<Request> group = new ArrayList<>();
        assertThat(queue.take(group, 10, 10, Long.MAX_VALUE)).isTrue();
        assertThat(group).hasSize(1);
        group.clear();
        assertThat(queue.take(group, 10, 10, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void floodOfOneAccount_doesNotKeepAnotherWaiting() throws Exception {
        JournalSettings settings = new JournalSettings(1000, 16 << 20, 0, 1_000_000);
        List<UsageEvent> batch = Collections.nCopies(100, event("x".repeat(500)));
        UsageEvent small = new UsageEvent(
                new AccountNumber(AccountNumber.FIRST + 1),
                "rest",
                Optional.empty(),
                TestClock.START,
                Optional.of("small"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty());
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong refused = new AtomicLong();
        List<Long> delays = new ArrayList<>();
        try (Journal journal = Journal.open(directory, 64 << 20, 0, settings, DiskSpace.unwatched());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                threads.submit(() -> {
                    while (!stop.get()) {
                        try {
                            journal.append(new Submission(batch, TestClock.START));
                        } catch (Unavailable overItsShare) {
                            refused.incrementAndGet();
                            Thread.sleep(10);
                        }
                    }
                    return null;
                });
            }
            while (refused.get() == 0) {
                Thread.sleep(10);
            }
            for (int i = 0; i < 50; i++) {
                long start = System.nanoTime();
                journal.append(new Submission(List.of(small), TestClock.START));
                delays.add(Duration.ofNanos(System.nanoTime() - start).toMillis());
                Thread.sleep(5);
            }
            stop.set(true);
        }
        assertThat(refused).hasPositiveValue();
        Collections.sort(delays);
        // All that the other has waiting takes about a hundred groups.
        assertThat(delays.get(25)).as("median of " + delays).isLessThan(250);
    }
}

package dev.licet.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.AtOnce;
import dev.licet.core.Unavailable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TransactionNumbersTest {
    private final AtomicLong reserved = new AtomicLong(1);
    private final AtomicInteger reservations = new AtomicInteger();
    private final NumberReserve reserve = count -> {
        reservations.incrementAndGet();
        return reserved.getAndAdd(count);
    };

    @Test
    void next_risesAndReservesByTheBlock() {
        TransactionNumbers numbers = new TransactionNumbers(reserve, Runnable::run, 10);

        List<Long> given =
                LongStream.range(0, 25).map(i -> numbers.next()).boxed().toList();

        assertThat(given)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 25).boxed().toList());
        assertThat(reservations).hasValue(3);
    }

    @Test
    void next_afterARestart_isHigherThanAllGivenBefore() {
        TransactionNumbers before = new TransactionNumbers(reserve, Runnable::run, 10);
        before.next();
        long last = before.next();

        assertThat(new TransactionNumbers(reserve, Runnable::run, 10).next()).isGreaterThan(last);
    }

    @Test
    void next_anotherNodeReservesBetween_goesOnInItsNextBlock() {
        TransactionNumbers one = new TransactionNumbers(reserve, Runnable::run, 2);
        TransactionNumbers other = new TransactionNumbers(reserve, Runnable::run, 2);

        assertThat(List.of(one.next(), other.next(), one.next(), one.next(), other.next()))
                .containsExactly(1L, 3L, 2L, 5L, 4L);
    }

    @Test
    void next_byManyAtOnce_isNeverGivenTwice() {
        TransactionNumbers numbers = new TransactionNumbers(
                count -> {
                    Thread.yield();
                    return reserve.reserve(count);
                },
                Runnable::run,
                7);

        List<List<Long>> given = AtOnce.run(
                50,
                i -> LongStream.range(0, 200).map(j -> numbers.next()).boxed().toList());

        assertThat(given.stream().flatMap(List::stream).sorted())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 10_000).boxed().toList());
        assertThat(given).allSatisfy(ofOneThread -> assertThat(ofOneThread).isSorted());
    }

    @Test
    void next_blockIsHalfUsed_theNextOneIsReservedBeforeItIsNeeded() {
        TransactionNumbers numbers = new TransactionNumbers(reserve, Runnable::run, 10);

        LongStream.range(0, 5).forEach(i -> numbers.next());
        assertThat(reservations).hasValue(1);
        numbers.next();
        assertThat(reservations).hasValue(2);
    }

    @Test
    void next_blockAheadFailed_isAskedForAgain() {
        AtomicInteger calls = new AtomicInteger();
        TransactionNumbers numbers = new TransactionNumbers(
                count -> {
                    if (calls.incrementAndGet() == 2) {
                        throw new Unavailable("full", Duration.ofSeconds(1));
                    }
                    return reserve.reserve(count);
                },
                Runnable::run,
                4);

        assertThat(LongStream.range(0, 8).map(i -> numbers.next()).boxed())
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    }

    @Test
    void next_reserveFails_theNextCallTriesAgain() {
        AtomicInteger calls = new AtomicInteger();
        TransactionNumbers numbers = new TransactionNumbers(
                count -> {
                    if (calls.getAndIncrement() < 2) { // the one that it is made with, and the first call's
                        throw new Unavailable("full", Duration.ofSeconds(1));
                    }
                    return 5;
                },
                Runnable::run,
                1);

        assertThatThrownBy(numbers::next).isInstanceOf(Unavailable.class);
        assertThat(numbers.next()).isEqualTo(5);
    }

    @Test
    void next_whileABlockIsAwaited_holdsUpNobodyWhoOnlyLooks() throws Exception {
        CompletableFuture<Long> block = new CompletableFuture<>();
        TransactionNumbers numbers = new TransactionNumbers(count -> block.join(), Thread::startVirtualThread, 10);
        assertThat(numbers.isReady()).isFalse();
        CompletableFuture<Long> waiting = CompletableFuture.supplyAsync(numbers::next, Thread::startVirtualThread);

        Thread.sleep(50);
        assertThat(numbers.isReady()).isFalse();
        block.complete(7L);

        assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(7);
        assertThat(numbers.isReady()).isTrue();
    }

    @Test
    void isReady_untilAQuarterIsLeft_andNoneIsThereThatFollows() {
        AtomicInteger calls = new AtomicInteger();
        TransactionNumbers numbers = new TransactionNumbers(
                count -> {
                    if (calls.incrementAndGet() > 1) {
                        throw new Unavailable("full", Duration.ofSeconds(1));
                    }
                    return 1;
                },
                Runnable::run,
                8);

        assertThat(LongStream.range(0, 5).mapToObj(i -> numbers.next() > 0 && numbers.isReady()))
                .containsOnly(true);
        numbers.next();
        assertThat(numbers.isReady()).isFalse();
        assertThat(numbers.next()).isEqualTo(7);
        assertThat(numbers.next()).isEqualTo(8);
        assertThatThrownBy(numbers::next).isInstanceOf(Unavailable.class);
    }
}

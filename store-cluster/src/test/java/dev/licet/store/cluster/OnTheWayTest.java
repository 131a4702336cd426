package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.Unavailable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OnTheWayTest {
    private static final Duration SILENCE = Duration.ofMillis(500);

    private final OnTheWay onTheWay = new OnTheWay(1_000, SILENCE);

    private static void waitForSilence() throws InterruptedException {
        Thread.sleep(SILENCE.plusMillis(20));
    }

    @Test
    void whileNothingIsOnItsWay_allMayCome() throws InterruptedException {
        waitForSilence();
        assertThat(onTheWay.isSilent()).isFalse();
        assertThatCode(onTheWay::requireAnswers).doesNotThrowAnyException();

        onTheWay.begin(10);
        assertThat(onTheWay.isSilent()).as("it has just been asked").isFalse();
    }

    @Test
    void whenNothingIsTakenForTooLong_oneASecondMayCome_untilSomethingIs() throws InterruptedException {
        onTheWay.begin(10);
        onTheWay.begin(10);
        waitForSilence();

        assertThat(onTheWay.isSilent()).isTrue();
        assertThatCode(onTheWay::requireAnswers).as("finds out").doesNotThrowAnyException();
        assertThatThrownBy(onTheWay::requireAnswers).isInstanceOf(Unavailable.class);
        Thread.sleep(1_000);
        assertThatCode(onTheWay::requireAnswers).as("a second later").doesNotThrowAnyException();
        assertThatThrownBy(onTheWay::requireAnswers).isInstanceOf(Unavailable.class);

        onTheWay.end(10, true);
        assertThat(onTheWay.isSilent()).isFalse();
        assertThatCode(onTheWay::requireAnswers).doesNotThrowAnyException();
    }

    @Test
    void whatComesAfterAFailure_isNotWaitedForAnew() throws InterruptedException {
        long begun = onTheWay.begin(10);
        waitForSilence();
        onTheWay.isNotAnswered(begun);
        onTheWay.end(10, false);
        assertThat(onTheWay.isSilent()).as("nothing is on its way").isFalse();

        onTheWay.begin(10);
        assertThat(onTheWay.isSilent()).isTrue();
        onTheWay.end(10, true);
        waitForSilence();
        onTheWay.begin(10);
        assertThat(onTheWay.isSilent()).isFalse();
    }

    @Test
    void whatFailsAfterSomethingLaterWasTaken_saysNothingOfTheRest() throws InterruptedException {
        long early = onTheWay.begin(10);
        onTheWay.begin(10);
        onTheWay.end(10, true);
        onTheWay.isNotAnswered(early);
        onTheWay.end(10, false);
        waitForSilence();

        onTheWay.begin(10);
        assertThat(onTheWay.isSilent()).isFalse();
    }

    @Test
    void moreIsSent_whenThereIsRoom() throws Exception {
        onTheWay.begin(600);
        onTheWay.awaitRoom();
        onTheWay.begin(600);
        CompletableFuture<Void> room = CompletableFuture.runAsync(() -> {
            try {
                onTheWay.awaitRoom();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Thread.sleep(50);
        assertThat(room).isNotDone();

        onTheWay.end(600, false);
        assertThat(room.get(10, TimeUnit.SECONDS)).isNull();
    }
}

package dev.licet.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.store.SeatHistory.Kind;
import org.junit.jupiter.api.Test;

/// The check finds what is wrong, and lets pass what is not.
class SeatHistoryTest {
    private final SeatHistory history = new SeatHistory(1);

    private void told(int client, Kind kind, boolean granted) {
        history.answered(history.call(client, kind), granted);
    }

    @Test
    void oneSeatGivenTwice_isFound() {
        told(1, Kind.CHECK_OUT, true);
        told(2, Kind.CHECK_OUT, true);
        assertThat(history.violation())
                .hasValueSatisfying(why -> assertThat(why).contains("client 2"));
    }

    @Test
    void seatThatIsFreeAndRefused_isFound() {
        told(1, Kind.CHECK_OUT, true);
        told(1, Kind.RELEASE, true);
        told(2, Kind.CHECK_OUT, false);
        assertThat(history.violation()).isPresent();
    }

    @Test
    void pingOfASeatThatWasNeverGiven_isFound() {
        told(1, Kind.PING, true);
        assertThat(history.violation()).isPresent();
    }

    @Test
    void callsAtTheSameTime_mayHaveGoneInEitherOrder() {
        told(1, Kind.CHECK_OUT, true);
        int release = history.call(1, Kind.RELEASE);
        int checkOut = history.call(2, Kind.CHECK_OUT);
        history.answered(checkOut, true);
        history.answered(release, true);
        told(1, Kind.CHECK_OUT, false);
        assertThat(history.violation()).isEmpty();
    }

    @Test
    void callThatTheKillLeftOpen_mayHaveBeenMadeOrNot_butNotLater() {
        history.call(1, Kind.CHECK_OUT);
        history.restarted();
        told(2, Kind.CHECK_OUT, false); // it was made
        told(1, Kind.PING, true);
        assertThat(history.violation()).isEmpty();

        SeatHistory other = new SeatHistory(1);
        other.call(1, Kind.CHECK_OUT);
        other.restarted();
        other.answered(other.call(2, Kind.CHECK_OUT), true); // it was not
        other.answered(other.call(1, Kind.PING), true);
        assertThat(other.violation()).isPresent();
    }

    @Test
    void grantThatTheKillTookBack_isFound() {
        told(1, Kind.CHECK_OUT, true);
        history.restarted();
        told(2, Kind.CHECK_OUT, true);
        assertThat(history.violation()).isPresent();
    }
}

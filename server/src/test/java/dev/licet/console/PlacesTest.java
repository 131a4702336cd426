package dev.licet.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.id.AccountNumber;
import org.junit.jupiter.api.Test;

class PlacesTest {
    private static final AccountNumber BUSY = new AccountNumber(100_000_000_000_001L);
    private static final AccountNumber OTHER = new AccountNumber(100_000_000_000_002L);

    private final Places places = new Places(4);

    @Test
    void oneAccount_takesHalfOfAllPlaces() {
        assertThat(places.take(BUSY)).isTrue();
        assertThat(places.take(BUSY)).isTrue();
        assertThat(places.take(BUSY)).isFalse();
        assertThat(places.take(OTHER)).isTrue();

        places.giveBack(BUSY);
        assertThat(places.take(BUSY)).isTrue();
    }

    @Test
    void allPlaces_areNoMoreThanThat() {
        places.take(BUSY);
        places.take(BUSY);
        places.take(OTHER);
        places.take(OTHER);

        assertThat(places.take(new AccountNumber(100_000_000_000_003L))).isFalse();
    }
}

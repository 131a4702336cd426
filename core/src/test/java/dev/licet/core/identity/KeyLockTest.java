package dev.licet.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.id.KeyId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyLockTest {
    private static final Optional<KeyId> SEVEN = Optional.of(new KeyId(7));

    @Test
    void zero_allowsAnyKeyAndNone() {
        assertThat(KeyLock.ANY.allows(SEVEN)).isTrue();
        assertThat(KeyLock.ANY.allows(Optional.empty())).isTrue();
    }

    @Test
    void positive_allowsThatKeyAlone() {
        assertThat(new KeyLock(7).allows(SEVEN)).isTrue();
        assertThat(new KeyLock(8).allows(SEVEN)).isFalse();
        assertThat(new KeyLock(7).allows(Optional.empty())).isFalse();
    }

    @Test
    void negative_allowsAnyKeyButOneHasToBeNamed() {
        assertThat(new KeyLock(-1).allows(SEVEN)).isTrue();
        assertThat(new KeyLock(-7).allows(SEVEN)).isTrue();
        assertThat(new KeyLock(-1).allows(Optional.empty())).isFalse();
    }
}

package dev.licet.core.license;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyTermsTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private static Instant in(long days) {
        return NOW.plus(Duration.ofDays(days));
    }

    @Test
    void issued_forAPeriod_isExpiredAtItsVeryEnd() {
        KeyTerms terms = KeyTerms.issued(NOW, 30);

        assertThat(terms.hasPeriod()).isTrue();
        assertThat(terms.isExpired(in(30).minusNanos(1))).isFalse();
        assertThat(terms.isExpired(in(30))).isTrue();
    }

    @Test
    void issued_withoutAPeriod_endsInAHundredYearsAllTheSame() {
        assertThat(KeyTerms.issued(NOW, 0).hasPeriod()).isFalse();
        assertThat(KeyTerms.issued(NOW, 0).expiresAt()).isEqualTo(in(36_500));
    }

    @Test
    void extended_beforeItsEnd_goesOnFromThere() {
        assertThat(KeyTerms.issued(NOW, 30).extended(10, in(29)).expiresAt()).isEqualTo(in(40));
    }

    @Test
    void extended_afterItsEnd_goesOnFromNow() {
        assertThat(KeyTerms.issued(NOW, 30).extended(10, in(100)).expiresAt()).isEqualTo(in(110));
        assertThat(KeyTerms.issued(NOW, 30).extended(10, in(30)).expiresAt()).isEqualTo(in(40));
    }

    @Test
    void extended_byLessThanNothing_endsSooner() {
        assertThat(KeyTerms.issued(NOW, 30).extended(-10, in(1)).expiresAt()).isEqualTo(in(20));
        assertThat(KeyTerms.issued(NOW, 30).extended(-10, in(100)).expiresAt()).isEqualTo(in(20));
    }

    @Test
    void extended_overTheEdgesOfTime_staysOnThem() {
        KeyTerms terms = KeyTerms.issued(NOW, 30);

        assertThat(terms.extended(3_000_000, NOW).expiresAt()).isEqualTo(Instant.parse("9999-12-31T00:00:00Z"));
        assertThat(terms.extended(-36_500, NOW).expiresAt()).isEqualTo(Instant.EPOCH);
    }

    @Test
    void allows_anyMachineWhereNoneIsNamed_elseThoseAlone() {
        MachineRules named = new MachineRules(1, List.of("a"), 0, Optional.empty());

        assertThat(MachineRules.ANY.allows("anything")).isTrue();
        assertThat(named.allows("a")).isTrue();
        assertThat(named.allows("A")).isFalse();
    }

    @Test
    void features_areEight_eachByItself() {
        Features features =
                Features.NONE.with(1, true).with(8, true).with(2, true).with(2, false);

        for (int feature = 1; feature <= 8; feature++) {
            assertThat(features.has(feature)).isEqualTo(feature == 1 || feature == 8);
        }
        assertThat(Features.isOne(0)).isFalse();
        assertThat(Features.isOne(9)).isFalse();
        assertThatThrownBy(() -> features.with(9, true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Features(256, List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}

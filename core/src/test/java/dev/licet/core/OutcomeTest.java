package dev.licet.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OutcomeTest {
    private static final Refusal NO = new Refusal.UnknownApiKey();

    @Test
    void map_success_mapsTheValue() {
        assertThat(Outcome.success(20).map(value -> value + 1)).isEqualTo(Outcome.success(21));
    }

    @Test
    void map_refused_staysRefusedAndDoesNotAsk() {
        assertThat(Outcome.<Integer>refused(NO).map(OutcomeTest::never)).isEqualTo(Outcome.refused(NO));
    }

    @Test
    void then_success_isWhatComesNext() {
        assertThat(Outcome.success(20).then(value -> Outcome.success("v" + value)))
                .isEqualTo(Outcome.success("v20"));
        assertThat(Outcome.success(20).then(value -> Outcome.refused(NO))).isEqualTo(Outcome.refused(NO));
    }

    @Test
    void then_refused_staysRefusedAndDoesNotAsk() {
        assertThat(Outcome.<Integer>refused(NO).then(value -> Outcome.success(never(value))))
                .isEqualTo(Outcome.refused(NO));
    }

    @Test
    void orElseThrow_isTheValue_andSaysWhyThereIsNone() {
        assertThat(Outcome.success(20).orElseThrow()).isEqualTo(20);
        assertThatThrownBy(() -> Outcome.refused(NO).orElseThrow())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("UnknownApiKey");
    }

    private static int never(int value) {
        throw new AssertionError("asked with " + value);
    }
}

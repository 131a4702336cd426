package dev.licet.core.license;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TermTest {
    @Test
    void oneUnit_isATerm() {
        assertThat(new Term(1, Term.Unit.MONTH).count()).isEqualTo(1);
    }

    @Test
    void lessThanOneUnit_isNone() {
        assertThatThrownBy(() -> new Term(0, Term.Unit.DAY)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Term(-1, Term.Unit.DAY)).isInstanceOf(IllegalArgumentException.class);
    }
}

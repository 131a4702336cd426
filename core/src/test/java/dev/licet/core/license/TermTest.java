package dev.licet.core.license;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TermTest {
    @Test
    void oneUnit_isATerm() {
        assertThat(new Term(1, Term.Unit.MONTH).count()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "1, MINUTE, 2027-01-31T10:00:00Z, 2027-01-31T10:01:00Z",
        "25, HOUR, 2027-03-27T10:00:00Z, 2027-03-28T11:00:00Z",
        "1, DAY, 2027-03-27T10:00:00Z, 2027-03-28T09:00:00Z",
        "2, WEEK, 2027-01-31T10:00:00Z, 2027-02-14T10:00:00Z",
        "1, MONTH, 2027-01-31T10:00:00Z, 2027-02-28T10:00:00Z",
        "1, MONTH, 2028-01-31T10:00:00Z, 2028-02-29T10:00:00Z",
        "1, YEAR, 2028-02-29T10:00:00Z, 2029-02-28T10:00:00Z",
    })
    void after_isTheCalendarsInItsZone(int count, Term.Unit unit, Instant begin, Instant end) {
        assertThat(new Term(count, unit).after(begin, ZoneId.of("Europe/Berlin")))
                .isEqualTo(end);
    }

    @Test
    void after_moreYearsThanThereAre_isTheLastInstant() {
        Instant begin = Instant.parse("2027-01-31T10:00:00Z");

        assertThat(new Term(Integer.MAX_VALUE, Term.Unit.YEAR).after(begin, ZoneOffset.UTC))
                .isEqualTo(Instant.MAX);
    }

    @Test
    void lessThanOneUnit_isNone() {
        assertThatThrownBy(() -> new Term(0, Term.Unit.DAY)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Term(-1, Term.Unit.DAY)).isInstanceOf(IllegalArgumentException.class);
    }
}

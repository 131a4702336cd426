package dev.licet.core.license;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PriceTest {
    @ParameterizedTest
    @ValueSource(strings = {"0", "1.90", "007.50", "0.000001", "999999999999999999.999999"})
    void parse_amount_isExactAndKeepsItsText(String text) {
        Price price = Price.parse(text, "EUR").orElseThrow();

        assertThat(price.written()).isEqualTo(text);
        assertThat(price.currency()).isEqualTo("EUR");
        assertThat(price.amount()).isEqualByComparingTo(new BigDecimal(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1.",
                ".5",
                "-1",
                "+1",
                "1e3",
                "1,90",
                "1.90 ",
                "1.0000001",
                "1000000000000000000",
                "NaN",
                "0x10",
                "１",
                "1.9\n"
            })
    void parse_anythingElse_isNone(String text) {
        assertThat(Price.parse(text, "EUR")).isEmpty();
        assertThatThrownBy(() -> new Price(text, "EUR")).isInstanceOf(IllegalArgumentException.class);
    }
}

package dev.licet.core.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountNumberTest {
    @ParameterizedTest
    @ValueSource(strings = {"100000000000000", "999999999999999", "123456789012345"})
    void parse_fifteenDigits_isItself(String text) {
        assertThat(AccountNumber.parse(text)).map(AccountNumber::toString).contains(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "99999999999999",
                "1000000000000000",
                "012345678901234",
                "-12345678901234",
                "+12345678901234",
                "12345678901234x",
                " 12345678901234",
                "１２３４５６７８９０１２３４５",
                "12345678901.345"
            })
    void parse_anythingElse_isNone(String text) {
        assertThat(AccountNumber.parse(text)).isEmpty();
    }

    @Test
    void constructor_outOfRange_isRefused() {
        assertThatThrownBy(() -> new AccountNumber(AccountNumber.FIRST - 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AccountNumber(AccountNumber.LAST + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

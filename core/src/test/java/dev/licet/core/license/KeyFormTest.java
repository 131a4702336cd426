package dev.licet.core.license;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.identity.SecretSource;
import java.security.SecureRandom;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class KeyFormTest {
    private final SecretSource secrets = new SecretSource(new SecureRandom());

    private String key() {
        return KeyForm.checked(secrets.symbols(KeyForm.SYMBOLS, KeyForm.FREE_SYMBOLS));
    }

    @Test
    void checked_isFiveGroupsOfFive_andIsReadAsItIs() {
        String key = key();

        assertThat(key).matches("([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}");
        assertThat(KeyForm.read(key)).contains(key);
    }

    @Test
    void checked_ofKnownSymbols_isAlwaysTheSame() {
        assertThat(KeyForm.checked("0".repeat(22) + "1")).isEqualTo("00000-00000-00000-00000-00103");
    }

    @Test
    void read_asPeopleTypeIt_isTheKey() {
        String key = KeyForm.checked("0123456789ABCDEFGHJKMN1");

        String typed = " "
                + key.replace("-", "")
                        .toLowerCase(Locale.ROOT)
                        .replace('0', 'o')
                        .replace('1', 'l') + " ";
        assertThat(KeyForm.read(typed)).contains(key);
    }

    @Test
    void read_anySymbolMistyped_isNone() {
        String key = key().replace("-", "");
        for (int i = 0; i < key.length(); i++) {
            for (char symbol : KeyForm.SYMBOLS.toCharArray()) {
                String typed = key.substring(0, i) + symbol + key.substring(i + 1);
                assertThat(KeyForm.read(typed).isPresent()).as(typed).isEqualTo(symbol == key.charAt(i));
                assertThat(KeyForm.isMeantAsChecked(typed)).isTrue();
            }
        }
    }

    @Test
    void read_anyTwoNeighboursSwapped_isNone() {
        String key = key().replace("-", "");
        for (int i = 1; i < key.length(); i++) {
            String typed = key.substring(0, i - 1) + key.charAt(i) + key.charAt(i - 1) + key.substring(i + 1);
            assertThat(KeyForm.read(typed).isPresent()).as(typed).isEqualTo(typed.equals(key));
        }
    }

    @Test
    void read_whatIsNoCheckedKey_isNone() {
        assertThat(KeyForm.isMeantAsChecked(secrets.licenseKey())).isFalse();
        assertThat(KeyForm.isMeantAsChecked("")).isFalse();
        assertThat(KeyForm.isMeantAsChecked("U".repeat(25))).isFalse();
    }
}

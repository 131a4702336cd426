package dev.licet.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TextsTest {
    private static final String LETTERS = "\0\uF8FC\uF8FD\uF8FE\uF8FFaž";

    private static String any(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    @Test
    void anyText_isReadAsItWasStored_withoutAZero() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            String text = any(random);
            assertThat(Texts.stored(text)).doesNotContain("\0");
            assertThat(Texts.read(Texts.stored(text))).isEqualTo(text);
        }
    }

    @Test
    void whatATextContains_itsStoredOneDoes() {
        Random random = new Random(2);
        for (int i = 0; i < 10_000; i++) {
            String part = any(random);
            assertThat(Texts.stored(any(random) + part + any(random))).contains(Texts.stored(part));
        }
    }

    @Test
    void plainText_isNotCopied() {
        String text = "čtení \\ \n";
        assertThat(Texts.stored(text)).isSameAs(text);
        assertThat(Texts.read(text)).isSameAs(text);
    }
}

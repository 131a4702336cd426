package dev.licet.core.once;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// What is on disk is found again under the same ones: they must never become others.
class FingerprintTest {

    @Test
    void isTheBeginningOfASha256OfTheTextsAndTheirLengths() {
        assertThat(hex(Fingerprint.of("event", "123", "a"))).isEqualTo("911475031a7016c796be3e85edeaa750");
        assertThat(hex(Fingerprint.of("größe", new byte[] {0, -1}))).isEqualTo("273a19c539cfe72784aae91840887d62");
    }

    @Test
    void knowsWhereOneTextEndsAndTheNextBegins() {
        assertThat(Fingerprint.of("ab", "c")).isNotEqualTo(Fingerprint.of("a", "bc"));
    }

    @Test
    void comesBackFromItsBytes() {
        Fingerprint print = Fingerprint.of("event", "123", "a");
        assertThat(Fingerprint.of(print.toBytes())).isEqualTo(print);
    }

    private static String hex(Fingerprint print) {
        return HexFormat.of().formatHex(print.toBytes());
    }
}

package dev.licet.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.dialect.Headers;
import dev.licet.server.config.Networks;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Who called, and whether it was safe on the way, with and without proxies in between.
class TrustedProxyTest {
    private static final Callers TRUSTING = new Callers(Networks.parse("10.0.0.0/8, 127.0.0.1, 2001:db8::/32"));

    private static Headers forwarded(String addresses, String protocols) {
        return Headers.of(Map.of("x-forwarded-for", List.of(addresses), "x-forwarded-proto", List.of(protocols)));
    }

    @Test
    void headersOfAStranger_areIgnored() {
        assertThat(TRUSTING.origin("192.0.2.1", false, forwarded("198.51.100.7", "https")))
                .isEqualTo(new Callers.Origin("192.0.2.1", false));
        assertThat(TRUSTING.origin("11.0.0.1", false, forwarded("198.51.100.7", "https")))
                .isEqualTo(new Callers.Origin("11.0.0.1", false));
        assertThat(new Callers(Networks.parse("")).origin("127.0.0.1", false, forwarded("198.51.100.7", "https")))
                .isEqualTo(new Callers.Origin("127.0.0.1", false));
    }

    @Test
    void headersOfATrustedProxy_areBelieved() {
        assertThat(TRUSTING.origin("10.1.2.3", false, forwarded("198.51.100.7", "https")))
                .isEqualTo(new Callers.Origin("198.51.100.7", true));
        assertThat(TRUSTING.origin("2001:db8::5", false, forwarded("2001:db9::1", "HTTPS")))
                .isEqualTo(new Callers.Origin("2001:db9::1", true));
        assertThat(TRUSTING.origin("10.1.2.3", true, forwarded("198.51.100.7", "http")))
                .isEqualTo(new Callers.Origin("198.51.100.7", false));
    }

    @Test
    void withoutHeaders_theConnectionCounts() {
        assertThat(TRUSTING.origin("10.1.2.3", true, Headers.NONE)).isEqualTo(new Callers.Origin("10.1.2.3", true));
        assertThat(TRUSTING.origin("10.1.2.3", false, Headers.NONE)).isEqualTo(new Callers.Origin("10.1.2.3", false));
    }

    @Test
    void onlyWhatTrustedProxiesWrote_isBelieved_fromTheNearestOn() {
        assertThat(TRUSTING.origin("10.1.2.3", false, forwarded("203.0.113.9, 198.51.100.7, 10.9.9.9", "https, http")))
                .isEqualTo(new Callers.Origin("198.51.100.7", false));
        assertThat(TRUSTING.origin(
                        "127.0.0.1",
                        false,
                        Headers.of(Map.of(
                                "x-forwarded-for",
                                List.of("203.0.113.9", "198.51.100.7"),
                                "x-forwarded-proto",
                                List.of("http", "https")))))
                .isEqualTo(new Callers.Origin("198.51.100.7", true));
    }

    @Test
    void addressThatIsNone_isNobodys() {
        for (String none : List.of("x".repeat(5000), "not an address\r\nforged", "", "unknown", "localhost")) {
            assertThat(TRUSTING.origin("10.1.2.3", false, forwarded(none, "https"))
                            .address())
                    .isEqualTo(Callers.UNKNOWN);
        }
    }
}

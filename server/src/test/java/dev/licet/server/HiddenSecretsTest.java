package dev.licet.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.dialect.Headers;
import dev.licet.dialect.Parameters;
import dev.licet.dialect.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What holds a secret shows nothing of it when it is printed, into a log or into an exception.
class HiddenSecretsTest {
    private static final String SECRET = "s3cret";

    @Test
    void firstCredentials() {
        assertThat(new FirstCredentials("1", "admin", SECRET, SECRET, SECRET, SECRET, 1, SECRET, "<xml/>"))
                .asString()
                .doesNotContain(SECRET);
    }

    @Test
    void request() {
        Headers headers = Headers.of(Map.of("authorization", List.of("Bearer " + SECRET)));
        assertThat(headers).asString().doesNotContain(SECRET);
        assertThat(new Request(
                        "id",
                        "GET",
                        "/" + SECRET,
                        Optional.of("token=" + SECRET),
                        headers,
                        SECRET.getBytes(StandardCharsets.UTF_8),
                        true,
                        "127.0.0.1"))
                .asString()
                .doesNotContain(SECRET)
                .contains("id");
    }

    @Test
    void parameter() {
        assertThat(new Parameters.Pair("password", SECRET)).asString().doesNotContain(SECRET);
    }
}

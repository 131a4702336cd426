package dev.licet.cli;

import dev.licet.dialect.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Our own JSON API, called in this process or over the network.
interface Api extends AutoCloseable {
    JsonMapper MAPPER = new JsonMapper();
    Duration PATIENCE = Duration.ofSeconds(30);

    /// What the API answered, and whether it said yes.
    record Reply(int status, JsonNode body) {
        boolean isFine() {
            return status < 300;
        }
    }

    /// An answer whose body is still to come, and has to be written somewhere.
    record Got(int status, Map<String, String> headers, Answer.Writer body) {
        boolean isFine() {
            return status < 300;
        }

        /// All of the body.
        byte[] bytes() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try {
                body.writeTo(bytes);
            } catch (IOException e) {
                throw new CliFailure(Cli.FAILED, "the answer was cut: " + e.getMessage());
            }
            return bytes.toByteArray();
        }

        /// The body, read as JSON.
        Reply reply() {
            try {
                return new Reply(status, MAPPER.readTree(bytes()));
            } catch (JacksonException e) {
                throw new CliFailure(Cli.FAILED, "what answers there is not a Licet server");
            }
        }
    }

    /// @param body empty for none @param patience until the answer begins
    Got send(String verb, String pathAndQuery, String contentType, byte[] body, Duration patience);

    /// @param body JSON; empty for none
    default Reply call(String verb, String pathAndQuery, String body) {
        return send(verb, pathAndQuery, "application/json", body.getBytes(StandardCharsets.UTF_8), PATIENCE)
                .reply();
    }

    @Override
    void close();
}

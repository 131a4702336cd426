package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.removal.Removal;
import dev.licet.core.removal.SubjectHash;
import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import dev.licet.server.config.Setting;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Voids, erasures and their certificates, from a whole server.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RestErasureTest {
    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"), Map.of(Setting.MAX_VOID, "3"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply send(String verb, String path, String body) {
        return send(server.first().accessToken(), verb, path, body);
    }

    private Reply send(String token, String verb, String path, String body) {
        return server.send(
                true, verb, path, Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"), body);
    }

    /// @return its position
    private long event(String name, String machine) {
        return send("POST", "/v1/events", "{\"name\":\"%s\",\"machine\":\"%s\"}".formatted(name, machine))
                .json()
                .get("data")
                .get(0)
                .get("position")
                .longValue();
    }

    private List<String> names() {
        return send("GET", "/v1/events", "").json().get("data").values().stream()
                .map(event -> event.get("name").stringValue())
                .toList();
    }

    private JsonNode done(JsonNode asked) throws InterruptedException {
        while (true) {
            JsonNode now = send("GET", "/v1/erasures/" + asked.get("id").stringValue(), "")
                    .json();
            if (now.get("state").stringValue().equals("done")) {
                return now;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Test
    void voidedEvent_isInNoAnswer_andTheRecordSaysWhoAndWhy() {
        long mistake = event("mistake", "m");
        event("right", "m");

        Reply reply = send(
                "POST",
                "/v1/events/void",
                "{\"events\":[\"evt_%d\",999],\"reason\":\"booked twice\"}".formatted(mistake));

        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        assertThat(reply.json().get("voided").intValue()).isEqualTo(1);
        assertThat(reply.json().get("state").stringValue()).isEqualTo("done");
        assertThat(reply.json().get("notFound").toString()).isEqualTo("[\"evt_999\"]");
        assertThat(names()).containsExactly("right");
        JsonNode removal = send("GET", "/v1/erasures/" + reply.json().get("id").stringValue(), "")
                .json();
        assertThat(removal.get("events").toString()).isEqualTo("[\"evt_" + mistake + "\"]");
        assertThat(removal.has("certificate")).isFalse();
        JsonNode audit = send("GET", "/v1/audit?kind=erasure&limit=1&order=oldest", "")
                .json()
                .get("data")
                .get(0);
        assertThat(audit.get("object")).isEqualTo(reply.json().get("id"));
        assertThat(audit.get("after").get("reason").stringValue()).isEqualTo("booked twice");
        assertThat(audit.get("after").get("askedBy")).isEqualTo(removal.get("askedBy"));

        server.restart();
        assertThat(names()).containsExactly("right");
        assertThat(send("POST", "/v1/events/void", "{\"events\":[%d],\"reason\":\"again\"}".formatted(mistake))
                        .json()
                        .get("id")
                        .isNull())
                .isTrue();
    }

    @Test
    void erasure_endsWithACertificate_thatThePublishedKeyProves_andNamesNobody() throws Exception {
        String machine = "the machine of \u00e9ve";
        event("gone", machine);
        event("stays", "another");

        Reply asked =
                send("POST", "/v1/erasures", "{\"machine\":\"%s\",\"reason\":\"letter of May 3\"}".formatted(machine));
        assertThat(asked.status()).as(asked.toString()).isEqualTo(202);
        JsonNode done = done(asked.json());

        assertThat(names()).containsExactly("stays");
        assertThat(done.get("done").get("events").intValue()).isEqualTo(1);
        String text = done.get("certificate").stringValue();
        Map<String, String> lines = Arrays.stream(text.split("\n"))
                .map(line -> line.split(": ", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        assertThat(lines)
                .containsEntry("licet-erasure", "1")
                .containsEntry("kind", "machine")
                .containsEntry("events", "1")
                .containsEntry("reason", "letter+of+May+3");
        AccountNumber account =
                AccountNumber.parse(server.first().accountNumber()).orElseThrow();
        assertThat(lines.get("subject-sha256"))
                .isEqualTo(SubjectHash.of(lines.get("subject-salt"), account, Removal.Kind.MACHINE, machine)
                        .sha256());
        assertThat(isSigned(text, lines)).isTrue();
        assertThat(isSigned(text.replace("events: 1", "events: 2"), lines)).isFalse();
        for (String path : List.of("/v1/erasures", "/v1/audit", "/v1/events")) {
            assertThat(send("GET", path, "").body()).as(path).doesNotContain("\u00e9ve");
        }
    }

    private boolean isSigned(String text, Map<String, String> lines) throws Exception {
        byte[] key = send("GET", "/v1/file-keys", "").json().get("data").values().stream()
                .filter(each -> each.get("id").stringValue().equals(lines.get("signed-with")))
                .map(each -> Base64.getDecoder().decode(each.get("publicKey").stringValue()))
                .findFirst()
                .orElseThrow();
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(key)));
        signature.update(text.substring(0, text.indexOf("\nsignature: ")).getBytes(StandardCharsets.UTF_8));
        return signature.verify(Base64.getDecoder().decode(lines.get("signature")));
    }

    @Test
    void wrongRequests_areToldWhatIsWrong_andRemoveNothing() {
        event("one", "m");
        for (String body : List.of(
                "",
                "{}",
                "{\"events\":[]}",
                "{\"events\":[],\"reason\":\"r\"}",
                "{\"events\":[1]}",
                "{\"events\":[1],\"reason\":\" \"}",
                "{\"events\":1,\"reason\":\"r\"}",
                "{\"events\":[0],\"reason\":\"r\"}",
                "{\"events\":[-1],\"reason\":\"r\"}",
                "{\"events\":[1.5],\"reason\":\"r\"}",
                "{\"events\":[99999999999999999999],\"reason\":\"r\"}",
                "{\"events\":[\"1\"],\"reason\":\"r\"}",
                "{\"events\":[null],\"reason\":\"r\"}",
                "{\"events\":[1,2,3,4],\"reason\":\"r\"}",
                "{\"events\":[1],\"reason\":\"" + "r".repeat(1001) + "\"}")) {
            assertThat(send("POST", "/v1/events/void", body).status()).as(body).isEqualTo(400);
        }
        for (String body : List.of(
                "{}",
                "{\"reason\":\"r\"}",
                "{\"machine\":\"m\"}",
                "{\"machine\":\"m\",\"user\":\"u\",\"reason\":\"r\"}",
                "{\"machine\":1,\"reason\":\"r\"}",
                "{\"machine\":\"\",\"reason\":\"r\"}",
                "{\"machine\":\"" + "m".repeat(257) + "\",\"reason\":\"r\"}",
                "{\"machine\":\"m\",\"reason\":\"r\",\"account\":\"1\"}")) {
            assertThat(send("POST", "/v1/erasures", body).status()).as(body).isEqualTo(400);
        }
        assertThat(send("POST", "/v1/erasures", "{\"machine\":\"m\",\"reason\":\"r\",\"account\":\"999999999999999\"}")
                        .status())
                .isEqualTo(404);
        assertThat(names()).containsExactly("one");
        assertThat(send("GET", "/v1/erasures", "").json().get("data").size()).isZero();
        assertThat(send("GET", "/v1/erasures/ers_1", "").status()).isEqualTo(404);
        assertThat(send("GET", "/v1/erasures/1", "").status()).isEqualTo(404);
    }

    @Test
    void aTokenThatIsLocked_removesNothing() {
        long position = event("one", "m");
        String locked = server.manage(
                        "POST",
                        "/v1/tokens",
                        "{\"name\":\"t\",\"permissions\":[\"EraseEvents\"],\"productId\":"
                                + server.first().productId() + "}")
                .get("accessToken")
                .stringValue();

        assertThat(send(locked, "POST", "/v1/erasures", "{\"machine\":\"m\",\"reason\":\"r\"}")
                        .status())
                .isEqualTo(403);
        assertThat(send(locked, "POST", "/v1/events/void", "{\"events\":[%d],\"reason\":\"r\"}".formatted(position))
                        .status())
                .isEqualTo(403);
        assertThat(names()).containsExactly("one");
    }

    @Test
    void product_keepsItsEventsAsLongAsItSays_30DaysAtLeast() {
        String path = "/v1/products/prd_" + server.first().productId();
        JsonNode set = send("PATCH", path, "{\"retention\":\"P90D\"}").json();
        assertThat(set.get("retention").stringValue()).isEqualTo("P90D");
        assertThat(send("GET", path, "").json()).isEqualTo(set);
        for (String wrong : List.of("P29D", "PT721H", "30", "P1M")) {
            assertThat(send("PATCH", path, "{\"retention\":\"" + wrong + "\"}").status())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(send("PATCH", path, "{\"name\":\"renamed\"}")
                        .json()
                        .get("retention")
                        .stringValue())
                .isEqualTo("P90D");
        assertThat(send("PATCH", path, "{\"retention\":null}").json().has("retention"))
                .isFalse();
    }
}

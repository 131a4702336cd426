package dev.licet.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What unmodified clients put on the wire, byte for byte, with this server's token, product and key in place of
/// the captured ones.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CapturesTest {
    private static final Path FILES = Path.of("src/test/resources/captures");

    private TestServer server;

    @BeforeAll
    void start(@TempDir Path directory) {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private TestServer.Reply replay(String name) throws IOException {
        String captured = Files.readString(FILES.resolve(name + ".http"), StandardCharsets.ISO_8859_1);
        String token = URLEncoder.encode(server.first().accessToken(), StandardCharsets.UTF_8);
        String lowerCaseHex = token.replace("%3D", "%3d").replace("%2B", "%2b").replace("%2F", "%2f");
        String ours = captured.replace("WyIxIiwidGVzdHRva2VuK2FiYy94eXo9Il0%3D", token)
                .replace("WyIxIiwidGVzdHRva2VuK2FiYy94eXo9Il0%3d", lowerCaseHex)
                .replace("ICVLD-VVSZR-ZTICT-YKGXL", server.first().licenseKey())
                .replaceAll("(?i)(productid)=3349", "$1=" + server.first().productId());
        int bodyAt = ours.indexOf("\r\n\r\n") + 4;
        String sent = ours.substring(0, bodyAt)
                        .replaceFirst("(?i)Content-Length: [0-9]+", "Content-Length: " + (ours.length() - bodyAt))
                + ours.substring(bodyAt);
        return server.exchange(false, sent.getBytes(StandardCharsets.ISO_8859_1));
    }

    private JsonNode newest() throws IOException {
        String token = "token=" + URLEncoder.encode(server.first().accessToken(), StandardCharsets.UTF_8);
        return server.post(true, "/api/ai/GetEvents", token + "&Limit=1")
                .json()
                .get("events")
                .get(0);
    }

    @Test
    void pythonRegisterEvent_isStoredWhole() throws IOException {
        assertThat(replay("python-registerevent").body()).isEqualTo("{\"result\":0,\"message\":\"\"}");
        JsonNode event = newest();
        assertThat(event.get("productId").longValue()).isEqualTo(server.first().productId());
        assertThat(event.get("key").stringValue()).isEqualTo(server.first().licenseKey());
        assertThat(event.get("machineCode").stringValue()).isEqualTo("machine-1");
        assertThat(event.get("featureName").stringValue()).isEqualTo("YearReport");
        assertThat(event.get("eventName").stringValue()).isEqualTo("start");
        assertThat(event.get("value").longValue()).isEqualTo(2530);
        assertThat(event.get("currency").stringValue()).isEqualTo("USD");
        assertThat(event.get("metadata").stringValue()).isEqualTo("{\"os\":\"linux\",\"v\":\"1.0 β\"}");
        assertThat(event.get("time").longValue())
                .isEqualTo(server.clock().instant().getEpochSecond());
    }

    @Test
    void pythonRegisterEvent_withAllDefaults_isAnEventWithoutFields() throws IOException {
        assertThat(replay("python-registerevent-defaults").body()).isEqualTo("{\"result\":0,\"message\":\"\"}");
        JsonNode event = newest();
        assertThat(event.get("productId").longValue()).isZero();
        for (String text : new String[] {"key", "machineCode", "featureName", "eventName", "currency", "metadata"}) {
            assertThat(event.get(text).isNull()).as(text).isTrue();
        }
    }

    @Test
    void dotnetRegisterEvents_isAnsweredAfterItsContinue_andKeepsItsTimes() throws IOException {
        assertThat(replay("dotnet-registerevents").body()).isEqualTo("{\"result\":0,\"message\":\"\"}");
        JsonNode event = newest();
        assertThat(event.get("eventName").stringValue()).isEqualTo("purchase");
        assertThat(event.get("value").longValue()).isEqualTo(3000);
        assertThat(event.get("time").longValue()).isEqualTo(1_700_000_000);
        assertThat(event.get("metadata").stringValue()).isEqualTo("{\"a\":\"1 & 2\"}");
    }

    @Test
    void pythonGetEvents_goesOnFromItsCursor() throws IOException {
        for (int i = 0; i < 6; i++) {
            replay("python-registerevent");
        }
        JsonNode answer = replay("python-getevents").json();
        assertThat(answer.get("result").intValue()).isZero();
        assertThat(answer.get("events"))
                .isNotEmpty()
                .allMatch(event -> event.get("id").longValue() < 5);
    }

    /// One after the other, on one key.
    @ParameterizedTest
    @ValueSource(strings = {"python", "nodejs-1.0.11"})
    void keyMethods_areAnsweredAsTheirClientsExpect(String client) throws IOException {
        assertSuccess(client + (client.equals("python") ? "-machinelocklimit" : "-createkey"));
        JsonNode activated = assertSuccess(client + "-activate");
        assertThat(activated.get("licenseKey").isString()).isTrue();
        assertThat(activated.get("signature").stringValue()).isNotEmpty();
        assertThat(assertSuccess(client + "-getkey").get("licenseKey").isString())
                .isTrue();
        assertSuccess(client + "-addfeature");
        assertSuccess(client + "-removefeature");
        assertSuccess(client + "-changenotes");
        assertSuccess(client + (client.equals("python") ? "-extend" : "-extendlicense"));
    }

    @Test
    void pythonBlock_blocks_untilItsUnblock() throws IOException {
        assertSuccess("python-machinelocklimit");
        assertSuccess("python-activate");
        assertSuccess("python-block");
        assertThat(replay("python-deactivate").json().get("message").stringValue())
                .isEqualTo("The key is blocked and cannot be accessed.");
        assertSuccess("python-unblock");
        assertSuccess("python-deactivate");
        assertThat(replay("nodejs-1.0.11-deactivate").json().get("message").stringValue())
                .startsWith("Either the machine code was never activated");
    }

    @Test
    void floating_holdsASeatWithEachCall_untilItIsGivenBack() throws IOException {
        assertSuccess("python-machinelocklimit");
        JsonNode first = assertSuccess("nodejs-1.0.11-activate-floating-metadata");
        assertThat(first.get("metadata").get("usedFloatingMachines").intValue()).isEqualTo(1);
        assertThat(shown(first).get("ActivatedMachines").get(0).get("Mid").stringValue())
                .isEqualTo("floating:machine-1");
        JsonNode again = assertSuccess("python-activate-floating-metadata-friendlyname");
        assertThat(again.get("metadata").get("usedFloatingMachines").intValue()).isEqualTo(1);
        JsonNode machine = shown(again).get("ActivatedMachines").get(0);
        assertThat(machine.get("FriendlyName").stringValue()).isEqualTo("Åsa's PC & co");
        assertThat(machine.get("FloatingExpires").longValue())
                .isEqualTo(server.clock().instant().getEpochSecond() + 100);
        assertSuccess("python-activate-floating-overdraft");
        assertSuccess("python-deactivate-floating");
        assertSuccess("python-deactivate-floating");
    }

    private static JsonNode shown(JsonNode answer) {
        byte[] blob = Base64.getDecoder().decode(answer.get("licenseKey").stringValue());
        return new JsonMapper().readTree(blob);
    }

    @Test
    void trialKey_isTheSameForBothClients_onOneMachine() throws IOException {
        String key = assertSuccess("python-createtrialkey").get("key").stringValue();

        assertThat(assertSuccess("nodejs-1.0.11-createtrialkey").get("key").stringValue())
                .isEqualTo(key);
    }

    @Test
    void pythonGetKeysAndProducts_areListed() throws IOException {
        assertThat(assertSuccess("python-getkeys")
                        .get("licenseKeys")
                        .get(0)
                        .get("key")
                        .stringValue())
                .isEqualTo(server.first().licenseKey());
        assertThat(assertSuccess("python-getproducts")
                        .get("products")
                        .get(0)
                        .get("id")
                        .longValue())
                .isEqualTo(server.first().productId());
    }

    private JsonNode assertSuccess(String name) throws IOException {
        JsonNode answer = replay(name).json();
        assertThat(answer.get("result").intValue()).as(name + ": " + answer).isZero();
        return answer;
    }
}

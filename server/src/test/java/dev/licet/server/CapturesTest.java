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
        return replay(name, "", "");
    }

    /// @param captured a part of the captured request @param put what stands there instead
    private TestServer.Reply replay(String name, String captured, String put) throws IOException {
        String request = Files.readString(FILES.resolve(name + ".http"), StandardCharsets.ISO_8859_1);
        assertThat(request).contains(captured);
        String token = URLEncoder.encode(server.first().accessToken(), StandardCharsets.UTF_8);
        String lowerCaseHex = token.replace("%3D", "%3d").replace("%2B", "%2b").replace("%2F", "%2f");
        String ours = request.replace(captured, put)
                .replace("WyIxIiwidGVzdHRva2VuK2FiYy94eXo9Il0%3D", token)
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

    @ParameterizedTest
    @ValueSource(strings = {"python", "nodejs-1.0.11"})
    void dataObjectOfAKey_isAddedCountedListedAndRemoved(String client) throws IOException {
        long id = assertSuccess(client + "-adddataobject-key").get("id").longValue();
        assertThat(replay(client + "-adddataobject-key").json().get("result").intValue())
                .as("its name is taken")
                .isEqualTo(1);
        String key = "&Id=" + id + "&";
        assertSuccess("python-increment-key", "&Id=7&", key);
        assertSuccess("python-decrement-key");
        assertSuccess("python-increment-key", "&Id=7&", key);
        JsonNode listed =
                assertSuccess("python-listdataobjects-key").get("dataObjects").get(0);
        assertThat(listed.get("id").longValue()).isEqualTo(id);
        assertThat(listed.get("name").stringValue()).isEqualTo("usage");
        assertThat(listed.get("intValue").intValue()).isEqualTo(6);
        for (int i = 6; i < 10; i++) {
            assertSuccess("python-increment-key", "&Id=7&", key);
        }
        assertThat(replay("python-increment-key", "&Id=7&", key)
                        .json()
                        .get("result")
                        .intValue())
                .as("the bound is 10")
                .isEqualTo(1);
        assertSuccess("python-removedataobject-key", "&Id=7", "&Id=" + id);
        assertThat(assertSuccess("python-listdataobjects-key").get("dataObjects"))
                .isEmpty();
    }

    @Test
    void dataObjectOfAMachine_isAddedListedAndRemoved() throws IOException {
        long id = assertSuccess("python-adddataobject-machine").get("id").longValue();
        assertThat(assertSuccess("python-listdataobjects-machine")
                        .get("dataObjects")
                        .get(0)
                        .get("id")
                        .longValue())
                .isEqualTo(id);
        assertSuccess("python-removedataobject-machine", "&Id=7", "&Id=" + id);
        assertThat(assertSuccess("python-listdataobjects-machine").get("dataObjects"))
                .isEmpty();
    }

    @Test
    void customer_isAdded_hasAKey_andIsFoundBySecret() throws IOException {
        JsonNode added = assertSuccess("python-addcustomer");
        String id = added.get("customerId").toString();
        assertSuccess("python-changecustomer", "CustomerId=27", "CustomerId=" + id);
        JsonNode key = assertSuccess("python-getcustomerlicenses", "customerId=27", "customerId=" + id)
                .get("licenseKeys")
                .get(0);
        assertThat(key.get("customer").get("name").stringValue()).isEqualTo("Bob");
        assertThat(assertSuccess(
                                "python-getcustomerlicensesbysecret",
                                "secret=sec",
                                "secret=" + added.get("secret").stringValue())
                        .get("licenseKeys"))
                .hasSize(1);
        assertThat(replay("python-getcustomerlicenses").json().get("message").stringValue())
                .isEqualTo("Customer could not be found.");
        assertThat(replay("python-getcustomerlicensesbysecret")
                        .json()
                        .get("message")
                        .stringValue())
                .isEqualTo("Customer could not be found.");
        assertThat(replay("python-changecustomer").json().get("message").stringValue())
                .isEqualTo("Could not find the customer.");
    }

    @Test
    void pythonCreateKey_forANewOrTheSameCustomer_tellsWhoHasIt() throws IOException {
        JsonNode first = assertSuccess("python-createkey");
        assertThat(first.get("key").stringValue()).matches("([A-Z]{5}-){3}[A-Z]{5}");
        assertThat(first.get("customerId").longValue()).isPositive();
        assertThat(assertSuccess("python-createkey").get("customerId").longValue())
                .isEqualTo(first.get("customerId").longValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "nodejs-1.0.11"})
    void createKeyFromTemplate_hasTheTermsOfTheTemplate(String client) throws IOException {
        String template = server.manage(
                        "POST",
                        "/v1/templates",
                        "{\"name\":\"yearly\",\"product\":\"prd_"
                                + server.first().productId()
                                + "\",\"period\":\"P365D\",\"features\":[\"F2\",\"export\"]}")
                .get("id")
                .stringValue()
                .substring("tpl_".length());
        JsonNode answer = assertSuccess(client + "-createkeyfromtemplate", "Id=5", "Id=" + template);
        assertThat(answer.get("key").stringValue()).matches("([A-Z]{5}-){3}[A-Z]{5}");
        assertThat(answer.get("rawResponse").isString()).isTrue();
        assertThat(replay(client + "-createkeyfromtemplate", "Id=5", "Id=99999")
                        .json()
                        .get("result")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void message_isSentReadAndRemoved() throws IOException {
        String id = assertSuccess("python-createmessage").get("messageId").toString();
        JsonNode message = assertSuccess("python-getmessages").get("messages").get(0);
        assertThat(message.get("content").stringValue()).isEqualTo("hello");
        String second = message.get("created").toString();
        assertThat(assertSuccess("python-getmessages", "Time=0", "Time=" + second)
                        .get("messages"))
                .as("only what is later")
                .isEmpty();
        assertSuccess("python-removemessage", "Id=13", "Id=" + id);
        assertThat(assertSuccess("python-getmessages").get("messages")).isEmpty();
    }

    @Test
    void pythonGetWebApiLog_hasWhatWasCalledOfTheKey() throws IOException {
        assertSuccess("python-machinelocklimit");
        assertSuccess("python-activate");
        assertSuccess("python-deactivate");
        replay("python-deactivate");
        JsonNode logs = assertSuccess("python-getwebapilog").get("logs");
        assertThat(logs.get(0).get("state").intValue()).isEqualTo(6020);
        assertThat(logs.get(1).get("state").intValue()).isEqualTo(6010);
        assertThat(logs.get(2).get("state").intValue()).isEqualTo(2010);
        assertThat(logs.get(2).get("machineCode").stringValue()).isEqualTo("machine-1");
        assertThat(logs.get(2).get("key").stringValue())
                .isEqualTo(server.first().licenseKey());
        assertThat(logs.get(2).get("ip").stringValue()).isEqualTo("127.0.0.0");
    }

    @Test
    void pythonRecordUsage_isAnEvent() throws IOException {
        assertSuccess("python-recordusage");
        JsonNode event = newest();
        assertThat(event.get("featureName").stringValue()).isEqualTo("Subscription");
        assertThat(event.get("value").longValue()).isEqualTo(5);
    }

    /// What is not there says so in the form that clients read.
    @ParameterizedTest
    @ValueSource(strings = {"python-login", "python-changereseller"})
    void whatIsNotThere_saysSo(String name) throws IOException {
        assertThat(replay(name).json().get("message").stringValue()).isEqualTo("The method could not be found.");
    }

    private JsonNode assertSuccess(String name, String captured, String put) throws IOException {
        JsonNode answer = replay(name, captured, put).json();
        assertThat(answer.get("result").intValue()).as(name + ": " + answer).isZero();
        return answer;
    }

    private JsonNode assertSuccess(String name) throws IOException {
        JsonNode answer = replay(name).json();
        assertThat(answer.get("result").intValue()).as(name + ": " + answer).isZero();
        return answer;
    }
}

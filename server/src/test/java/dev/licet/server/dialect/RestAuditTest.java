package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import dev.licet.server.Wiring;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The record of changes through a whole server.
class RestAuditTest {
    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply send(String verb, String path, String body) {
        return server.send(
                true,
                verb,
                path,
                Map.of("Authorization", "Bearer " + server.first().accessToken(), "Content-Type", "application/json"),
                body);
    }

    private List<JsonNode> data(String path) {
        Reply reply = send("GET", path, "");
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        return List.copyOf(reply.json().get("data").values());
    }

    @Test
    void change_tellsWhoAskedForWhat_andWhatItWas() {
        String product = send("POST", "/v1/products", "{\"name\":\"before\"}")
                .json()
                .get("id")
                .stringValue();
        Reply renamed = send("PATCH", "/v1/products/" + product, "{\"name\":\"after\"}");

        JsonNode entry = data("/v1/audit?kind=product&object=" + product).getFirst();
        assertThat(entry.get("action").stringValue()).isEqualTo("changed");
        assertThat(entry.get("before").get("name").stringValue()).isEqualTo("before");
        assertThat(entry.get("after").get("name").stringValue()).isEqualTo("after");
        assertThat(entry.get("by").get("token").stringValue()).startsWith("tok_");
        assertThat(entry.get("by").get("call").stringValue()).isEqualTo("PATCH /v1/products/" + product);
        assertThat(entry.get("by").get("requestId").stringValue())
                .isEqualTo(renamed.headers().get("licet-request-id"));
        assertThat(entry.get("hash").stringValue()).hasSize(64);
    }

    @Test
    void refusedRequest_leavesNoEntry() {
        int before = data("/v1/audit?limit=1000").size();
        assertThat(send("PATCH", "/v1/products/prd_999", "{\"name\":\"x\"}").status())
                .isEqualTo(404);
        assertThat(send("POST", "/v1/licenses", "{\"name\":\"x\"}").status()).isEqualTo(400);

        assertThat(data("/v1/audit?limit=1000")).hasSize(before);
    }

    @Test
    void otherDialects_areRecordedToo_withTheUserAndApplication() {
        Reply made = server.send(
                true,
                "POST",
                "/rest/v1/?method=veoh.license.create&apiKey=" + server.first().apiKey(),
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                "name=it&licenseType=videoOwn&price=1");
        assertThat(made.body()).contains("stat=\"ok\"");
        JsonNode by = data("/v1/audit?kind=license").getFirst().get("by");
        assertThat(by.get("application").stringValue()).startsWith("app_");
        assertThat(by.get("user").stringValue()).startsWith("usr_");
        String key = server.first().licenseKey();
        Reply activated = server.send(
                true,
                "GET",
                "/api/key/Activate?token=" + server.first().accessToken() + "&ProductId="
                        + server.first().productId() + "&Key=" + key + "&MachineCode=m",
                Map.of(),
                "");
        assertThat(activated.status()).as(activated.toString()).isEqualTo(200);
        assertThat(send("GET", "/v1/audit?limit=1000", "").body())
                .doesNotContain(server.first().accessToken())
                .doesNotContain(server.first().apiKey())
                .doesNotContain(server.first().password());
    }

    @Test
    void followers_seeEachChangeOnce_inItsOrder_andGoOnWhereTheyWere() {
        List<Long> positions = new ArrayList<>();
        String none =
                send("GET", "/v1/changes?kind=customer", "").json().get("next").stringValue();
        String cursor = "&cursor=" + none;
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 3; i++) {
                send("POST", "/v1/customers", "{\"name\":\"c " + round + " " + i + "\"}");
            }
            while (true) {
                JsonNode page = send("GET", "/v1/changes?kind=customer&limit=2" + cursor, "")
                        .json();
                page.get("data")
                        .values()
                        .forEach(change -> positions.add(change.get("position").longValue()));
                cursor = "&cursor=" + page.get("next").stringValue();
                if (page.get("data").isEmpty()) {
                    break;
                }
                assertThat(page.get("data").get(0).has("by")).isFalse();
            }
            if (round == 2) {
                server.restart();
            }
        }

        assertThat(positions).hasSize(15).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void audit_isPagedBothWays_andFilteredByTime() {
        for (int i = 0; i < 5; i++) {
            send("POST", "/v1/customers", "{\"name\":\"c" + i + "\"}");
            server.clock().advance(java.time.Duration.ofHours(1));
        }
        assertThat(names("/v1/audit?kind=customer&limit=2")).containsExactly("c4", "c3", "c2", "c1", "c0");
        assertThat(names("/v1/audit?kind=customer&limit=2&order=oldest")).containsExactly("c0", "c1", "c2", "c3", "c4");
        assertThat(names("/v1/audit?kind=customer&from=2026-11-22T17:00:00Z&until=2026-11-22T19:00:00Z"))
                .containsExactly("c3", "c2");
        assertThat(send("GET", "/v1/audit?kind=nothing", "").status()).isEqualTo(400);
        assertThat(send("GET", "/v1/audit?object=cus_1", "").status()).isEqualTo(400);
        assertThat(data("/v1/audit?kind=customer&object=cus_9999999")).isEmpty();
    }

    private List<String> names(String path) {
        List<String> names = new ArrayList<>();
        String cursor = "";
        while (true) {
            JsonNode page = send("GET", path + cursor, "").json();
            page.get("data")
                    .values()
                    .forEach(change -> names.add(change.get("after").get("name").stringValue()));
            if (page.get("next").isNull()) {
                return names;
            }
            cursor = "&cursor=" + page.get("next").stringValue();
        }
    }

    private JsonNode newKey(String more) {
        JsonNode key = send(
                        "POST",
                        "/v1/keys",
                        "{\"product\":\"prd_" + server.first().productId() + "\"" + more + "}")
                .json();
        return key.has("data") ? key.get("data").get(0) : key;
    }

    private JsonNode checkOut(String token, String product, String key, String user) {
        return server.send(
                        true,
                        "POST",
                        "/v1/seats",
                        Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"),
                        "{\"product\":\"%s\",\"key\":\"%s\",\"machine\":\"m\",\"user\":\"%s\",\"interval\":\"PT1M\"}"
                                .formatted(product, key, user))
                .json();
    }

    @Test
    void seat_isRecordedWhenItIsTakenAndTakenAgain_notWhenItIsPinged_andNotByItsId() {
        String product = "prd_" + server.first().productId();
        String key = newKey(",\"maxMachines\":1").get("key").stringValue();
        String token = server.first().accessToken();
        JsonNode seat = checkOut(token, product, key, "anna");
        send("POST", "/v1/seats/" + seat.get("id").stringValue() + "/ping", "");
        checkOut(token, product, key, "anna");
        server.clock().advance(java.time.Duration.ofMinutes(5));
        checkOut(token, product, key, "bob");

        List<JsonNode> entries = data("/v1/audit?kind=seat&order=oldest");
        assertThat(entries)
                .extracting(entry -> entry.get("action").stringValue() + " "
                        + entry.get("after").get("endUser").stringValue())
                .containsExactly("created anna", "changed bob");
        assertThat(entries.toString())
                .doesNotContain(seat.get("id").stringValue().substring("seat_".length()));
        assertThat(data("/v1/audit?kind=seat&object="
                        + entries.getFirst().get("object").stringValue()))
                .hasSize(2);
    }

    @Test
    void whatTheServerPutsInOrder_isNobodysOfAnotherAccount() throws InterruptedException {
        String product = "prd_" + server.first().productId();
        checkOut(
                server.first().accessToken(),
                product,
                newKey(",\"maxMachines\":1").get("key").stringValue(),
                "anna");
        server.clock().advance(java.time.Duration.ofDays(3));
        String account = server.manage("POST", "/v1/accounts", "{\"name\":\"other\"}")
                .get("accountNumber")
                .stringValue();
        String theirs = server.manage("POST", "/v1/products", "{\"name\":\"p\",\"account\":\"" + account + "\"}")
                .get("id")
                .stringValue();
        JsonNode token = server.manage(
                "POST",
                "/v1/tokens",
                "{\"name\":\"t\",\"permissions\":[\"Activate\"],\"account\":\"" + account + "\"}");
        String theirKey = server.manage("POST", "/v1/products/" + theirs + "/keys", "")
                .get("licenseKey")
                .stringValue();
        assertThat(checkOut(token.get("accessToken").stringValue(), theirs, theirKey, "x")
                        .has("id"))
                .isTrue();

        List<JsonNode> removed = List.of();
        for (int i = 0; i < 400 && removed.isEmpty(); i++) {
            Thread.sleep(25); // it is put in order in the background
            removed = data("/v1/audit?kind=seat").stream()
                    .filter(entry -> entry.get("action").stringValue().equals("removed"))
                    .toList();
        }
        assertThat(removed).hasSize(1);
        assertThat(removed.getFirst().get("by").toString()).isEqualTo("{\"server\":true}");
    }

    @Test
    void activation_isNamedByItsOwnId_timesAreTimes() {
        String product = "prd_" + server.first().productId();
        JsonNode key = send("POST", "/v1/keys", "{\"product\":\"" + product + "\",\"maxMachines\":2}")
                .json();
        JsonNode first = key.has("data") ? key.get("data").get(0) : key;
        JsonNode activation = send(
                        "POST",
                        "/v1/activations",
                        "{\"product\":\"" + product + "\",\"key\":\""
                                + first.get("key").stringValue()
                                + "\",\"machine\":\"a b\",\"friendlyName\":\"\\\"xAt\\\":1,\"}")
                .json();

        JsonNode entry = data("/v1/audit?kind=activation&object="
                        + activation.get("id").stringValue())
                .getFirst();
        assertThat(entry.get("object")).isEqualTo(activation.get("id"));
        assertThat(entry.get("after").get("activatedAt").stringValue()).startsWith("2026-11-22T15:56:42");
        assertThat(entry.get("after").get("friendlyName").stringValue()).isEqualTo("\"xAt\":1,");
    }

    @Test
    void record_isVerified_whileTheServerRuns() {
        send("POST", "/v1/products", "{\"name\":\"p\"}");

        assertThat(Wiring.verify(server.data(), 0, "").broken()).isEmpty();
        assertThat(Wiring.verify(server.data(), 0, "").changes()).isGreaterThan(5);
    }
}

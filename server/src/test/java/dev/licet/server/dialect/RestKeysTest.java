package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.AtOnce;
import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Keys, activations, templates, data objects and customers through a whole server.
class RestKeysTest {
    @TempDir
    Path directory;

    private TestServer server;
    private String product;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"));
        product = "\"product\":\"prd_" + server.first().productId() + "\"";
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply send(String token, String verb, String path, String body, Map<String, String> more) {
        Map<String, String> headers = new LinkedHashMap<>(more);
        headers.put("Authorization", "Bearer " + token);
        headers.put("Content-Type", "application/json");
        return server.send(true, verb, path, headers, body);
    }

    private Reply send(String verb, String path, String body) {
        return send(server.first().accessToken(), verb, path, body, Map.of());
    }

    private Reply sendIf(String header, String tag, String verb, String path, String body) {
        return send(server.first().accessToken(), verb, path, body, Map.of(header, tag));
    }

    private Reply ok(String verb, String path, String body) {
        Reply reply = send(verb, path, body);
        assertThat(reply.status()).as(reply.toString()).isBetween(200, 201);
        return reply;
    }

    private static String problem(Reply reply) {
        assertThat(reply.headers().get("content-type")).as(reply.toString()).startsWith("application/problem+json");
        return reply.status() + " " + reply.json().get("type").stringValue().substring("urn:licet:problem:".length());
    }

    private static String text(Reply reply, String member) {
        return reply.json().get(member).stringValue();
    }

    private Reply newKey(String more) {
        return ok("POST", "/v1/keys", "{" + product + more + "}");
    }

    private Reply activate(String key, String machine) {
        return send(
                "POST", "/v1/activations", "{" + product + ",\"key\":\"" + key + "\",\"machine\":\"" + machine + "\"}");
    }

    private String activations(String key) {
        return "/v1/activations?product=prd_" + server.first().productId() + "&key=" + key;
    }

    private String strangersToken() {
        String account = server.manage("POST", "/v1/accounts", "{\"name\":\"stranger\"}")
                .get("accountNumber")
                .stringValue();
        return server.manage(
                        "POST",
                        "/v1/tokens",
                        "{\"name\":\"t\",\"account\":\"" + account
                                + "\",\"permissions\":[\"Manage\",\"GetKey\",\"GetKeys\",\"Activate\",\"Deactivate\","
                                + "\"ListDataObjects\",\"SetIntValue\",\"IncrementIntValue\",\"RemoveDataObject\","
                                + "\"GetCustomers\",\"EditCustomer\",\"RemoveCustomer\",\"ExtendLicense\"]}")
                .get("accessToken")
                .stringValue();
    }

    // Keys

    @Test
    void key_isIssuedWithAllItsTerms_andShown() {
        Reply issued = newKey("""
                ,"period":"P30D","features":["F1","F8","export.pdf"],"notes":"n","maxMachines":2,\
                "allowedMachines":["a","b"],"overdraft":1,"newMachines":{"max":3,"within":"P30D"}""");

        assertThat(issued.status()).isEqualTo(201);
        JsonNode key = issued.json();
        assertThat(key.get("key").stringValue()).matches("([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}");
        assertThat(key.get("expiresAt").stringValue()).isEqualTo("2026-12-22T15:56:42Z");
        assertThat(key.get("period").stringValue()).isEqualTo("P30D");
        assertThat(key.get("features").toString()).isEqualTo("[\"F1\",\"F8\",\"export.pdf\"]");
        assertThat(key.get("newMachines").toString()).isEqualTo("{\"max\":3,\"within\":\"PT720H\"}");
        Reply shown = ok("GET", "/v1/keys/" + text(issued, "id"), "");
        assertThat(shown.body()).isEqualTo(issued.body());
        assertThat(shown.headers().get("etag")).isEqualTo(issued.headers().get("etag"));
    }

    @Test
    void issue_many_isAList_andLettersAreTheOtherForm() {
        JsonNode keys = newKey(",\"count\":3,\"form\":\"letters\"").json().get("data");

        assertThat(keys).hasSize(3);
        assertThat(keys.get(0).get("key").stringValue()).matches("([A-Z]{5}-){3}[A-Z]{5}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "count":0                                  | 400 invalid-field
            "count":1001                               | 400 invalid-field
            "period":"PT1H"                            | 400 invalid-field
            "period":"P36501D"                         | 400 invalid-field
            "form":"round"                             | 400 invalid-field
            "maxMachines":-1                           | 400 invalid-field
            "maxMachines":2147483648                   | 400 invalid-field
            "features":["a\\u0007b"]                   | 400 invalid-field
            "allowedMachines":["a\\nb"]                | 400 invalid-field
            "newMachines":{"max":1,"within":"P400D"}   | 400 invalid-field
            "newMachines":{"max":1}                    | 400 invalid-field
            "customer":"cus_777"                       | 404 not-found
            "license":"lic_777"                        | 404 not-found
            "license":"lic_1","period":"P1D"           | 400 invalid-field
            "customer":"777"                           | 400 invalid-field
            "expiresAt":"tomorrow"                     | 400 invalid-field
            "expiresAt":"1969-12-31T23:59:59Z"         | 400 invalid-field
            "expiresAt":"9999-12-31T00:00:01Z"         | 400 invalid-field
            """)
    void issue_whatCanNotBe_saysSo_andMakesNone(String more, String expected) {
        assertThat(problem(send("POST", "/v1/keys", "{" + product + "," + more + "}")))
                .isEqualTo(expected);
        assertThat(ok("GET", "/v1/keys", "").json().get("data")).hasSize(1);
    }

    @Test
    void set_withTheTagOfWhatWasSeen_isMadeOnce() {
        Reply issued = newKey("");
        String path = "/v1/keys/" + text(issued, "id");
        String tag = issued.headers().get("etag");

        Reply changed = sendIf("If-Match", tag, "PATCH", path, "{\"blocked\":true,\"notes\":\"mine\"}");
        assertThat(changed.status()).as(changed.toString()).isEqualTo(200);
        assertThat(changed.headers().get("etag")).isNotEqualTo(tag);
        assertThat(problem(sendIf("If-Match", tag, "PATCH", path, "{\"notes\":\"other\"}")))
                .isEqualTo("412 changed-meanwhile");
        assertThat(sendIf("If-Match", "\"none\", " + changed.headers().get("etag"), "PATCH", path, "{\"notes\":null}")
                        .json()
                        .get("notes")
                        .isNull())
                .isTrue();
        assertThat(sendIf("If-Match", "*", "PATCH", path, "{}").status()).isEqualTo(200);
    }

    @Test
    void set_byManyAtOnceOnOneTag_isMadeByOne() {
        Reply issued = newKey("");
        String path = "/v1/keys/" + text(issued, "id");

        List<Integer> statuses = AtOnce.run(
                8,
                i -> sendIf("If-Match", issued.headers().get("etag"), "PATCH", path, "{\"notes\":\"" + i + "\"}")
                        .status());

        assertThat(statuses).containsOnlyOnce(200);
        assertThat(statuses).filteredOn(status -> status == 412).hasSize(7);
    }

    @Test
    void show_whatTheClientHas_isNotSentAgain() {
        Reply issued = newKey("");

        Reply again = sendIf(
                "If-None-Match", "W/" + issued.headers().get("etag"), "GET", "/v1/keys/" + text(issued, "id"), "");

        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void list_inPages_hasEachOnce_andFilters() {
        newKey(",\"count\":7,\"notes\":\"of a batch\"");
        List<String> ids = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = ok("GET", "/v1/keys?limit=3" + cursor, "").json();
            page.get("data").forEach(key -> ids.add(key.get("id").stringValue()));
            cursor = page.get("next").isNull()
                    ? null
                    : "&cursor=" + page.get("next").stringValue();
        } while (cursor != null);

        assertThat(ids).hasSize(8).doesNotHaveDuplicates();
        assertThat(ok("GET", "/v1/keys?search=a+batch", "").json().get("data")).hasSize(7);
        assertThat(problem(send("GET", "/v1/keys?product=prd_777", ""))).isEqualTo("404 not-found");
        assertThat(problem(send("GET", "/v1/keys?limit=1001", ""))).isEqualTo("400 invalid-field");
        assertThat(problem(send("GET", "/v1/keys?cursor=x", ""))).isEqualTo("400 invalid-field");
    }

    @ParameterizedTest
    @CsvSource({"30,200", "-36500,200", "36501,400", "-9223372036854775808,400"})
    void extend_atItsEdges(String days, int status) {
        String path = "/v1/keys/" + text(newKey(",\"period\":\"P30D\""), "id") + "/extend";

        assertThat(send("POST", path, "{\"days\":" + days + "}").status()).isEqualTo(status);
    }

    @Test
    void key_ofAnotherAccount_isNotThere() {
        Reply issued = newKey(",\"maxMachines\":1");
        activate(text(issued, "key"), "a");
        String stranger = strangersToken();
        String path = "/v1/keys/" + text(issued, "id");

        assertThat(problem(send(stranger, "GET", path, "", Map.of()))).isEqualTo("404 not-found");
        assertThat(problem(send(stranger, "PATCH", path, "{\"blocked\":true}", Map.of())))
                .isEqualTo("404 not-found");
        assertThat(problem(send(stranger, "POST", path + "/extend", "{\"days\":1}", Map.of())))
                .isEqualTo("404 not-found");
        assertThat(problem(send(stranger, "GET", activations(text(issued, "key")), "", Map.of())))
                .isEqualTo("404 not-found");
        assertThat(send(stranger, "GET", "/v1/keys", "", Map.of()).json().get("data"))
                .isEmpty();
    }

    // Activations

    @Test
    void machine_isActivated_listed_shown_andTakenOff() {
        String key = text(newKey(",\"maxMachines\":1,\"features\":[\"export\"]"), "key");

        Reply activated = activate(key, "Ada's \\uD83D\\uDCBB/1");
        assertThat(activated.status()).as(activated.toString()).isEqualTo(201);
        assertThat(activated.json().get("keyExpired").booleanValue()).isFalse();
        assertThat(activated.json().get("licenseKey").get("features").toString())
                .isEqualTo("[\"export\"]");
        assertThat(problem(activate(key, "b"))).isEqualTo("409 machine-limit-reached");
        JsonNode listed = ok("GET", activations(key), "").json().get("data");
        assertThat(listed).hasSize(1);
        String path = "/v1/activations/" + text(activated, "id");
        Reply shown = ok("GET", path, "");
        assertThat(shown.json()).isEqualTo(listed.get(0));
        assertThat(problem(sendIf("If-Match", "\"other\"", "DELETE", path, ""))).isEqualTo("412 changed-meanwhile");
        assertThat(sendIf("If-Match", shown.headers().get("etag"), "DELETE", path, "")
                        .status())
                .isEqualTo(200);
        assertThat(problem(send("DELETE", path, ""))).isEqualTo("404 not-activated");
        assertThat(problem(send("GET", path, ""))).isEqualTo("404 not-found");
        assertThat(problem(send("GET", "/v1/activations/act_1_%21", ""))).isEqualTo("404 not-found");
        assertThat(activate(key, "b").status()).isEqualTo(201);
    }

    @Test
    void machines_inPages_areEachThereOnce() {
        String key = text(newKey(",\"maxMachines\":10"), "key");
        for (int i = 0; i < 5; i++) {
            activate(key, "machine " + i);
            server.clock().advance(Duration.ofSeconds(1));
        }

        JsonNode first = ok("GET", activations(key) + "&limit=3", "").json();
        JsonNode second = ok(
                        "GET",
                        activations(key) + "&limit=3&cursor="
                                + URLEncoder.encode(first.get("next").stringValue(), StandardCharsets.UTF_8),
                        "")
                .json();

        assertThat(first.get("data")).hasSize(3);
        assertThat(second.get("data")).hasSize(2);
        assertThat(second.get("data").get(0).get("machine").stringValue()).isEqualTo("machine 3");
        assertThat(second.get("next").isNull()).isTrue();
    }

    @Test
    void activate_tooManyNewMachines_saysWhenThereIsRoom() {
        String key = text(newKey(",\"maxMachines\":1,\"newMachines\":{\"max\":1,\"within\":\"P1D\"}"), "key");
        send("DELETE", "/v1/activations/" + text(activate(key, "a"), "id"), "");

        Reply refused = activate(key, "b");

        assertThat(problem(refused)).isEqualTo("409 too-many-new-machines");
        assertThat(refused.headers().get("retry-after")).isEqualTo("86400");
        server.clock().advance(Duration.ofDays(1));
        assertThat(activate(key, "b").status()).isEqualTo(201);
    }

    @Test
    void activate_whatPeopleType_isUnderstood_orToldToBeMistyped() {
        String key = text(newKey(""), "key");
        String last = key.endsWith("0") ? "1" : "0";

        assertThat(activate(key.toLowerCase(Locale.ROOT).replace("-", ""), "a").status())
                .isEqualTo(201);
        assertThat(problem(activate(key.substring(0, key.length() - 1) + last, "a")))
                .isEqualTo("422 key-mistyped");
        assertThat(problem(activate("NONE", "a"))).isEqualTo("404 not-found");
    }

    @Test
    void activate_blocked_otherMachine_expired_eachHasItsAnswer() {
        Reply key = newKey(",\"period\":\"P1D\",\"maxMachines\":1,\"allowedMachines\":[\"a\"]");

        assertThat(problem(activate(text(key, "key"), "b"))).isEqualTo("403 machine-not-allowed");
        server.clock().advance(Duration.ofDays(2));
        assertThat(activate(text(key, "key"), "a").json().get("keyExpired").booleanValue())
                .isTrue();
        ok("PATCH", "/v1/keys/" + text(key, "id"), "{\"blocked\":true}");
        assertThat(problem(activate(text(key, "key"), "a"))).isEqualTo("403 key-blocked");
    }

    @Test
    void activations_doneAndRefused_areInTheLog() {
        String key = text(newKey(",\"maxMachines\":1"), "key");
        activate(key.replace("-", ""), "a");
        activate(key, "b");

        JsonNode logs = server.post(
                        true,
                        "/api/ai/GetWebAPILog",
                        server.token() + "&ProductId=" + server.first().productId() + "&Key=" + key)
                .json()
                .get("logs");
        List<Integer> states = new ArrayList<>();
        logs.forEach(call -> states.add(call.get("state").intValue()));
        assertThat(states).containsExactly(3010, 2010, 2020);
    }

    @Test
    void issue_atAnyInstant_hasTheTagThatItIsShownWith() {
        server.clock().advance(Duration.ofNanos(1_234_567));
        Reply issued = newKey(",\"expiresAt\":\"2027-01-01T00:00:00.123456789Z\"");

        assertThat(ok("GET", "/v1/keys/" + text(issued, "id"), "").headers().get("etag"))
                .isEqualTo(issued.headers().get("etag"));
    }

    // Templates

    @Test
    void template_isKeptListedAndRemoved() {
        Reply added = ok("POST", "/v1/templates", "{" + product + ",\"name\":\"t\",\"period\":\"P14D\"}");

        assertThat(ok("GET", "/v1/templates", "").json().get("data").get(0)).isEqualTo(added.json());
        ok("DELETE", "/v1/templates/" + text(added, "id"), "");
        assertThat(ok("GET", "/v1/templates", "").json().get("data")).isEmpty();
        assertThat(problem(send("DELETE", "/v1/templates/" + text(added, "id"), "")))
                .isEqualTo("404 not-found");
    }

    // Data objects

    private Reply newObject(String more) {
        return ok("POST", "/v1/data-objects", "{\"name\":\"uses\"" + more + "}");
    }

    @Test
    void dataObject_isKeptCountedChangedAndRemoved() {
        String key = server.first().licenseKey();
        Reply added = newObject("," + product + ",\"key\":\"" + key + "\",\"machine\":\"m\",\"number\":4");
        String path = "/v1/data-objects/" + text(added, "id");

        assertThat(problem(send(
                        "POST",
                        "/v1/data-objects",
                        "{\"name\":\"uses\"," + product + ",\"key\":\"" + key + "\",\"machine\":\"m\"}")))
                .isEqualTo("409 already-exists");
        assertThat(ok("POST", path + "/count", "{\"by\":1,\"max\":5}")
                        .json()
                        .get("number")
                        .intValue())
                .isEqualTo(5);
        Reply over = send("POST", path + "/count", "{\"by\":1,\"max\":5}");
        assertThat(problem(over)).isEqualTo("409 out-of-bounds");
        assertThat(over.json().get("number").intValue()).isEqualTo(5);
        assertThat(problem(send("POST", path + "/count", "{\"by\":2147483647}")))
                .isEqualTo("409 out-of-bounds");
        assertThat(problem(send("POST", path + "/count", "{\"by\":2147483648}")))
                .isEqualTo("400 invalid-field");
        String tag = added.headers().get("etag");
        assertThat(problem(sendIf("If-Match", tag, "PATCH", path, "{\"text\":\"t\"}")))
                .isEqualTo("412 changed-meanwhile");
        Reply set = ok("PATCH", path, "{\"text\":\"t\",\"number\":-1}");
        assertThat(set.json().get("owner").get("machine").stringValue()).isEqualTo("m");
        assertThat(ok("GET", path, "").body()).isEqualTo(set.body());
        assertThat(ok("GET", "/v1/data-objects?" + of(key) + "&machine=m", "")
                        .json()
                        .get("data"))
                .hasSize(1);
        assertThat(ok("GET", "/v1/data-objects?" + of(key), "").json().get("data"))
                .isEmpty();
        assertThat(problem(sendIf("If-Match", tag, "DELETE", path, ""))).isEqualTo("412 changed-meanwhile");
        ok("DELETE", path, "");
        assertThat(problem(send("GET", path, ""))).isEqualTo("404 not-found");
    }

    private String of(String key) {
        return "product=prd_" + server.first().productId() + "&key=" + key;
    }

    @Test
    void count_byManyAtOnce_losesNone() {
        String path = "/v1/data-objects/" + text(newObject(""), "id");

        AtOnce.run(32, i -> send("POST", path + "/count", "{\"by\":2}"));

        assertThat(ok("GET", path, "").json().get("number").intValue()).isEqualTo(64);
    }

    @Test
    void dataObjects_ofAllOwners_areListedInPages() {
        newObject("");
        newObject("," + product);
        newObject("," + product + ",\"key\":\"" + server.first().licenseKey() + "\"");

        JsonNode first = ok("GET", "/v1/data-objects?limit=2", "").json();
        JsonNode second = ok(
                        "GET",
                        "/v1/data-objects?limit=2&cursor=" + first.get("next").stringValue(),
                        "")
                .json();

        assertThat(first.get("data")).hasSize(2);
        assertThat(second.get("data")).hasSize(1);
        assertThat(second.get("data").get(0).get("owner").has("keyId")).isTrue();
    }

    @Test
    void dataObject_ofAnotherAccount_isNotThere() {
        String path = "/v1/data-objects/" + text(newObject(""), "id");
        String stranger = strangersToken();

        assertThat(problem(send(stranger, "GET", path, "", Map.of()))).isEqualTo("404 not-found");
        assertThat(problem(send(stranger, "PATCH", path, "{\"number\":1}", Map.of())))
                .isEqualTo("404 not-found");
        assertThat(problem(send(stranger, "POST", path + "/count", "{\"by\":1}", Map.of())))
                .isEqualTo("404 not-found");
        assertThat(problem(send(stranger, "DELETE", path, "", Map.of()))).isEqualTo("404 not-found");
    }

    // Customers

    @Test
    void customer_isAddedChangedAndRemoved_andItsKeysAreFound() {
        Reply added = ok("POST", "/v1/customers", "{\"name\":\"Bob\",\"email\":\"bob@example.com\"}");
        String id = text(added, "id");
        String path = "/v1/customers/" + id;
        assertThat(text(added, "secret")).isNotEmpty();
        Reply shown = ok("GET", path, "");
        assertThat(shown.json().has("secret")).isFalse();
        newKey(",\"customer\":\"" + id + "\"");
        assertThat(ok("GET", "/v1/keys?customer=" + id, "").json().get("data")).hasSize(1);

        Reply changed =
                sendIf("If-Match", shown.headers().get("etag"), "PATCH", path, "{\"name\":\"Robert\",\"email\":null}");
        assertThat(text(changed, "name")).isEqualTo("Robert");
        assertThat(text(changed, "email")).isEmpty();
        assertThat(problem(sendIf("If-Match", shown.headers().get("etag"), "DELETE", path, "")))
                .isEqualTo("412 changed-meanwhile");
        assertThat(ok("GET", "/v1/customers?search=robert", "").json().get("data"))
                .hasSize(1);
        String stranger = strangersToken();
        for (String verb : List.of("GET", "PATCH", "DELETE")) {
            assertThat(problem(send(stranger, verb, path, "{\"name\":\"x\"}", Map.of())))
                    .as(verb)
                    .isEqualTo("404 not-found");
        }
        ok("DELETE", path, "");
        assertThat(problem(send("GET", path, ""))).isEqualTo("404 not-found");
        assertThat(ok("GET", "/v1/keys?customer=" + id, "").json().get("data")).isEmpty();
        assertThat(problem(send("POST", "/v1/customers", "{\"name\":\"" + "n".repeat(101) + "\"}")))
                .isEqualTo("400 invalid-field");
    }

    // Products and seats

    @Test
    void product_changesOnItsTagAlone() {
        String path = "/v1/products/prd_" + server.first().productId();
        Reply shown = ok("GET", path, "");

        assertThat(sendIf("If-Match", shown.headers().get("etag"), "PATCH", path, "{\"name\":\"new\"}")
                        .status())
                .isEqualTo(200);
        assertThat(problem(sendIf("If-Match", shown.headers().get("etag"), "DELETE", path, "")))
                .isEqualTo("412 changed-meanwhile");
        assertThat(text(ok("GET", path, ""), "name")).isEqualTo("new");
    }

    @Test
    void seat_isShown_andReleasedOnItsTag() {
        String key = text(newKey(",\"maxMachines\":1"), "key");
        String seat = text(
                ok(
                        "POST",
                        "/v1/seats",
                        "{" + product + ",\"key\":\"" + key + "\",\"machine\":\"a\",\"interval\":\"PT1M\"}"),
                "id");
        Reply shown = ok("GET", "/v1/seats/" + seat, "");
        server.clock().advance(Duration.ofSeconds(1));
        ok("POST", "/v1/seats/" + seat + "/ping", "");

        assertThat(problem(sendIf("If-Match", shown.headers().get("etag"), "DELETE", "/v1/seats/" + seat, "")))
                .isEqualTo("412 changed-meanwhile");
        assertThat(problem(send(strangersToken(), "GET", "/v1/seats/" + seat, "", Map.of())))
                .isEqualTo("404 not-found");
        server.clock().advance(Duration.ofMinutes(1));
        assertThat(problem(send("GET", "/v1/seats/" + seat, ""))).isEqualTo("404 not-found");
    }

    // Who may

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /v1/keys",
                "GET /v1/keys",
                "GET /v1/keys/key_1",
                "PATCH /v1/keys/key_1",
                "POST /v1/keys/key_1/extend",
                "POST /v1/activations",
                "GET /v1/activations?product=prd_1&key=a",
                "GET /v1/activations/act_1_YQ",
                "DELETE /v1/activations/act_1_YQ",
                "POST /v1/templates",
                "GET /v1/templates",
                "POST /v1/data-objects",
                "GET /v1/data-objects",
                "GET /v1/data-objects/dat_1",
                "POST /v1/customers",
                "GET /v1/customers",
                "GET /v1/customers/cus_1",
                "PATCH /v1/customers/cus_1",
                "DELETE /v1/customers/cus_1",
                "GET /v1/products/prd_1",
                "GET /v1/seats/seat_aaaaaaaaaaaaaaaaaaaa"
            })
    void whoMayNot_isToldSo(String route) {
        String token = server.manage("POST", "/v1/tokens", "{\"name\":\"t\",\"permissions\":[\"GetEvents\"]}")
                .get("accessToken")
                .stringValue();
        String[] parts = route.split(" ");
        String body = "{\"name\":\"a\",\"key\":\"a\",\"days\":1,\"by\":1}";

        assertThat(problem(send(token, parts[0], parts[1], parts[0].equals("GET") ? "" : body, Map.of())))
                .isEqualTo("403 not-permitted");
    }
}

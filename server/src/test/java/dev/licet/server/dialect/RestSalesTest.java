package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.AtOnce;
import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Licenses, purchases and checks through a whole server.
class RestSalesTest {
    @TempDir
    Path directory;

    private TestServer server;
    private String product;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"));
        product = "prd_" + server.first().productId();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply send(String verb, String path, String body, Map<String, String> more) {
        Map<String, String> headers = new LinkedHashMap<>(more);
        headers.put("Authorization", "Bearer " + server.first().accessToken());
        headers.put("Content-Type", "application/json");
        return server.send(true, verb, path, headers, body);
    }

    private Reply send(String verb, String path, String body) {
        return send(verb, path, body, Map.of());
    }

    private JsonNode made(String path, String body) {
        Reply reply = send("POST", path, body);
        assertThat(reply.status()).as(reply.toString()).isBetween(200, 201);
        return reply.json();
    }

    private static String problem(Reply reply) {
        return reply.status() + " " + reply.json().get("type").stringValue().substring("urn:licet:problem:".length());
    }

    private String license(String more) {
        return made(
                        "/v1/licenses",
                        "{\"name\":\"it\",\"type\":\"rental\",\"price\":{\"amount\":\"3.99\",\"currency\":\"EUR\"}"
                                + more + "}")
                .get("id")
                .stringValue();
    }

    private JsonNode buy(String license, String viewer) {
        return made(
                "/v1/purchases",
                "{\"license\":\"%s\",\"product\":\"%s\",\"viewer\":\"%s\",\"title\":\"Metropolis\"}"
                        .formatted(license, product, viewer));
    }

    private JsonNode check(String viewer, String more) {
        return made(
                "/v1/checks",
                "{\"product\":\"%s\",\"title\":\"Metropolis\",\"viewer\":\"%s\"%s}".formatted(product, viewer, more));
    }

    @Test
    void license_isMadeWithAllItsRules_shownAndListed() {
        String id = license("""
                ,"term":{"count":48,"unit":"hour"},"begins":"firstPlay","renewsFrom":"now",\
                "grace":{"count":1,"unit":"day"},"expiresSoon":{"count":2,"unit":"week"},"streams":3""");

        JsonNode shown = send("GET", "/v1/licenses/" + id, "").json();
        assertThat(shown.get("term").get("unit").stringValue()).isEqualTo("hour");
        assertThat(shown.get("begins").stringValue()).isEqualTo("firstPlay");
        assertThat(shown.get("renewsFrom").stringValue()).isEqualTo("now");
        assertThat(shown.get("grace").get("count").intValue()).isEqualTo(1);
        assertThat(shown.get("expiresSoon").get("unit").stringValue()).isEqualTo("week");
        assertThat(shown.get("streams").intValue()).isEqualTo(3);
        assertThat(shown.get("price").get("amount").stringValue()).isEqualTo("3.99");
        assertThat(send("GET", "/v1/licenses?limit=1000", "").json().get("data").values())
                .anyMatch(listed -> listed.equals(shown));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"type\":\"gift\"| type",
                "\"price\":{\"amount\":\"1e3\",\"currency\":\"EUR\"}| price/amount",
                "\"price\":{\"amount\":\"-1\",\"currency\":\"EUR\"}| price/amount",
                "\"price\":{\"amount\":\"1\",\"currency\":\"euro\"}| price/currency",
                "\"term\":{\"count\":0,\"unit\":\"day\"}| term/count",
                "\"term\":{\"count\":1,\"unit\":\"decade\"}| term/unit",
                "\"begins\":\"later\"| begins",
                "\"streams\":-1| streams",
                "\"streams\":10001| streams",
            })
    void license_withAMemberThatIsWrong_saysWhich(String member, String pointer) {
        String name = member.substring(1, member.indexOf('"', 1));
        String usual = Map.of(
                        "type", "\"type\":\"rental\"", "price", "\"price\":{\"amount\":\"1\",\"currency\":\"EUR\"}")
                .entrySet()
                .stream()
                .filter(entry -> !entry.getKey().equals(name))
                .map(entry -> "," + entry.getValue())
                .reduce("", String::concat);
        Reply reply = send("POST", "/v1/licenses", "{\"name\":\"it\"," + member + usual + "}");

        assertThat(reply.status()).as(reply.toString()).isEqualTo(400);
        assertThat(reply.body()).contains("\"#/" + pointer + "\"");
    }

    @Test
    void rental_fromPurchaseToItsEnd() {
        String license = license(",\"term\":{\"count\":1,\"unit\":\"minute\"},\"begins\":\"firstPlay\"");
        assertThat(check("anna", "").get("standing").stringValue()).isEqualTo("notBought");
        JsonNode purchase = buy(license, "anna");
        assertThat(purchase.get("standing").stringValue()).isEqualTo("waiting");

        server.clock().advance(Duration.ofDays(3));
        JsonNode first = check("anna", "");
        assertThat(first.get("allowed").booleanValue()).isTrue();
        assertThat(first.get("standing").stringValue()).isEqualTo("running");
        assertThat(first.get("purchase")).isEqualTo(purchase.get("id"));

        server.clock().advance(Duration.ofSeconds(59));
        assertThat(check("anna", "").get("allowed").booleanValue()).isTrue();
        server.clock().advance(Duration.ofSeconds(1));
        JsonNode ended = check("anna", "");
        assertThat(ended.get("allowed").booleanValue()).isFalse();
        assertThat(ended.get("standing").stringValue()).isEqualTo("expired");
        assertThat(ended.get("expiresAt")).isEqualTo(first.get("expiresAt"));
        assertThat(check("bob", "").get("allowed").booleanValue()).isFalse();
    }

    @Test
    void title_otherThanTheBoughtOne_isNotBought_theWholeProductHasAll() {
        String license = license("");
        buy(license, "anna");
        String other = "{\"product\":\"%s\",\"title\":\"M\",\"viewer\":\"anna\"}".formatted(product);
        assertThat(made("/v1/checks", other).get("standing").stringValue()).isEqualTo("notBought");

        made(
                "/v1/purchases",
                "{\"license\":\"%s\",\"product\":\"%s\",\"viewer\":\"anna\"}".formatted(license, product));
        assertThat(made("/v1/checks", other).get("allowed").booleanValue()).isTrue();
    }

    @Test
    void streams_holdSeats_thatAPingKeeps() {
        buy(license(",\"streams\":1"), "anna");

        JsonNode tv = check("anna", ",\"machine\":\"tv\",\"interval\":\"PT1M\"");
        assertThat(check("anna", ",\"machine\":\"phone\"").get("standing").stringValue())
                .isEqualTo("tooManyStreams");
        server.clock().advance(Duration.ofSeconds(50));
        made("/v1/seats/" + tv.get("seat").get("id").stringValue() + "/ping", "");
        server.clock().advance(Duration.ofSeconds(50));
        assertThat(check("anna", ",\"machine\":\"phone\"").get("allowed").booleanValue())
                .isFalse();
        server.clock().advance(Duration.ofSeconds(10));
        assertThat(check("anna", ",\"machine\":\"phone\"").get("allowed").booleanValue())
                .isTrue();
        assertThat(problem(send(
                        "POST",
                        "/v1/checks",
                        "{\"product\":\"%s\",\"title\":\"Metropolis\",\"viewer\":\"anna\"}".formatted(product))))
                .isEqualTo("400 invalid-field");
    }

    @Test
    void purchase_isRenewedCancelledAndRefunded_eachWithItsPayment() {
        JsonNode purchase = buy(license(",\"term\":{\"count\":1,\"unit\":\"month\"}"), "anna");
        String path = "/v1/purchases/" + purchase.get("id").stringValue();

        JsonNode renewed = made(path + "/renew", "{\"price\":{\"amount\":\"2.50\",\"currency\":\"EUR\"}}");
        assertThat(renewed.get("terms").intValue()).isEqualTo(2);
        made(path + "/cancel", "");
        assertThat(problem(send("POST", path + "/renew", ""))).isEqualTo("409 purchase-ended");
        assertThat(problem(send("POST", path + "/refund", "{\"amount\":{\"amount\":\"6.50\",\"currency\":\"EUR\"}}")))
                .isEqualTo("400 invalid-field");
        JsonNode refunded = made(path + "/refund", "");

        assertThat(refunded.get("standing").stringValue()).isEqualTo("refunded");
        assertThat(refunded.get("payments").values().stream()
                        .map(payment -> payment.get("kind").stringValue() + " "
                                + payment.get("amount").get("amount").stringValue())
                        .toList())
                .isEqualTo(List.of("purchase 3.99", "renewal 2.50", "refund 6.49"));
        assertThat(check("anna", "").get("standing").stringValue()).isEqualTo("refunded");
        assertThat(problem(send(
                        "POST",
                        "/v1/activations",
                        "{\"product\":\"%s\",\"key\":\"%s\",\"machine\":\"m\"}"
                                .formatted(product, purchase.get("key").stringValue()))))
                .isEqualTo("403 key-blocked");
        awaitEvents(3);
        assertThat(events()).containsExactlyInAnyOrder("purchase 399 EUR", "renewal 250 EUR", "refund -649 EUR");
        server.restart();
        assertThat(events()).hasSize(3);
    }

    private List<String> events() {
        return send("GET", "/v1/events", "").json().get("data").values().stream()
                .map(event -> event.get("name").stringValue() + " "
                        + event.get("value").longValue() + " "
                        + event.get("currency").stringValue())
                .toList();
    }

    private void awaitEvents(int count) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (events().size() < count && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void paymentUnderAnIdempotencyKey_isToldWithoutAnother() {
        String body = "{\"license\":\"%s\",\"product\":\"%s\",\"viewer\":\"anna\"}".formatted(license(""), product);
        for (int i = 1; i <= 5; i++) {
            send("POST", "/v1/purchases", body, Map.of("Idempotency-Key", "key " + i));
            awaitEvents(i);
            assertThat(events()).hasSize(i);
        }
    }

    @Test
    void keysUnderALicense_haveItsStreams() {
        String license = license(",\"streams\":2");
        JsonNode made = made("/v1/keys", "{\"product\":\"%s\",\"license\":\"%s\"}".formatted(product, license));
        String key =
                (made.has("data") ? made.get("data").get(0) : made).get("key").stringValue();
        String asked = "{\"product\":\"%s\",\"key\":\"%s\",\"machine\":\"%s\"}";

        assertThat(made("/v1/checks", asked.formatted(product, key, "a"))
                        .get("allowed")
                        .booleanValue())
                .isTrue();
        assertThat(made("/v1/checks", asked.formatted(product, key, "b"))
                        .get("allowed")
                        .booleanValue())
                .isTrue();
        assertThat(made("/v1/checks", asked.formatted(product, key, "c"))
                        .get("standing")
                        .stringValue())
                .isEqualTo("tooManyStreams");
    }

    @Test
    void activation_whileTheClockIsWrong_takesNothingOfTheTime() {
        JsonNode purchase =
                buy(license(",\"term\":{\"count\":1,\"unit\":\"month\"},\"begins\":\"firstActivation\""), "anna");
        java.time.Instant right = server.clock().instant();
        server.clock().set(right.minus(Duration.ofDays(365)));
        made(
                "/v1/activations",
                "{\"product\":\"%s\",\"key\":\"%s\",\"machine\":\"m\"}"
                        .formatted(product, purchase.get("key").stringValue()));
        server.clock().set(right);

        assertThat(check("anna", "").get("begunAt").stringValue()).startsWith("2026-11-22T15:56:4");
        assertThat(check("anna", "").get("allowed").booleanValue()).isTrue();
    }

    @Test
    void purchase_sentTwiceUnderAKey_isOne() {
        String license = license("");
        String body = "{\"license\":\"%s\",\"product\":\"%s\",\"viewer\":\"anna\"}".formatted(license, product);

        List<String> ids = AtOnce.run(
                8,
                i -> send("POST", "/v1/purchases", body, Map.of("Idempotency-Key", "once"))
                        .json()
                        .get("id")
                        .stringValue());

        assertThat(ids.stream().distinct()).hasSize(1);
        assertThat(send("GET", "/v1/purchases?viewer=anna", "")
                        .json()
                        .get("data")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void renewal_onConditionOfWhatWasSeen_isMadeOnce() {
        JsonNode purchase = buy(license(",\"term\":{\"count\":1,\"unit\":\"month\"}"), "anna");
        String path = "/v1/purchases/" + purchase.get("id").stringValue();
        String tag = send("GET", path, "").headers().get("etag");

        List<Integer> statuses = AtOnce.run(
                6,
                i -> send("POST", path + "/renew", "", Map.of("If-Match", tag)).status());

        assertThat(statuses).containsOnlyOnce(200);
        assertThat(statuses.stream().filter(status -> status == 412)).hasSize(5);
    }

    @Test
    void accountsZone_isWhatMonthsAreCountedIn() {
        String account = server.first().accountNumber();
        assertThat(send("PATCH", "/v1/accounts/" + account, "{\"zone\":\"Mars/Olympus\"}")
                        .status())
                .isEqualTo(400);
        assertThat(send("PATCH", "/v1/accounts/" + account, "{\"zone\":\"America/New_York\"}")
                        .json()
                        .get("zone")
                        .stringValue())
                .isEqualTo("America/New_York");

        // 2026-11-22 15:56 in UTC; summer time begins there on 14 March.
        JsonNode purchase = buy(license(",\"term\":{\"count\":4,\"unit\":\"month\"}"), "anna");
        assertThat(purchase.get("expiresAt").stringValue()).startsWith("2027-03-22T14:56");
    }
}

package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.AtOnce;
import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import dev.licet.verifier.LicenseVerifier;
import dev.licet.verifier.LicenseVerifier.License;
import dev.licet.verifier.LicenseVerifier.Reason;
import dev.licet.verifier.LicenseVerifier.Refused;
import dev.licet.verifier.LicenseVerifier.Use;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// License files and records of use, from a whole server to the class that vendors put into their programs and back.
class RestOfflineTest {
    private static final String MACHINE = "naïve machine 🎬";

    @TempDir
    Path directory;

    private TestServer server;
    private String product;
    private JsonNode key;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"));
        product = "prd_" + server.first().productId();
        key = newKey(",\"maxMachines\":2,\"period\":\"P90D\",\"features\":[\"F1\",\"naïve, export\"]");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JsonNode newKey(String more) {
        JsonNode made = made("/v1/keys", "{\"product\":\"" + product + "\"" + more + "}");
        return made.has("data") ? made.get("data").get(0) : made;
    }

    private Reply send(String verb, String path, String body) {
        return server.send(
                true,
                verb,
                path,
                Map.of("Authorization", "Bearer " + server.first().accessToken(), "Content-Type", "application/json"),
                body);
    }

    private JsonNode made(String path, String body) {
        Reply reply = send("POST", path, body);
        assertThat(reply.status()).as(reply.toString()).isBetween(200, 201);
        return reply.json();
    }

    private String body(JsonNode ofKey, String machine, String more) {
        return "{\"product\":\"%s\",\"key\":\"%s\",\"machine\":\"%s\"%s}"
                .formatted(product, ofKey.get("key").stringValue(), machine, more);
    }

    private JsonNode file(String machine, String more) {
        return made("/v1/files", body(key, machine, more));
    }

    private static String problem(Reply reply) {
        return reply.status() + " " + reply.json().get("type").stringValue().substring("urn:licet:problem:".length());
    }

    private Map<String, String> publicKeys() {
        Map<String, String> keys = new LinkedHashMap<>();
        send("GET", "/v1/file-keys", "")
                .json()
                .get("data")
                .values()
                .forEach(each -> keys.put(
                        each.get("id").stringValue(), each.get("publicKey").stringValue()));
        return keys;
    }

    private LicenseVerifier verifier() {
        return new LicenseVerifier(product, publicKeys(), server.clock());
    }

    private static Reason reason(Throwable thrown) {
        assertThat(thrown).isInstanceOf(Refused.class);
        return ((Refused) thrown).reason();
    }

    @Test
    void file_isGoodOnItsMachine_forItsProduct_untilItsEnd() throws Exception {
        JsonNode issued = file(MACHINE, ",\"validFor\":\"P7D\"");
        String text = issued.get("text").stringValue();
        License license = verifier().verify(text, MACHINE);

        assertThat(license.id()).isEqualTo(issued.get("id").stringValue());
        assertThat(license.key()).isEqualTo(key.get("key").stringValue());
        assertThat(license.features()).containsExactly("F1", "naïve, export");
        assertThat(license.validUntil()).isEqualTo(server.clock().instant().plus(Duration.ofDays(7)));
        assertThat(license.expiresAt()).contains(server.clock().instant().plus(Duration.ofDays(90)));
        assertThatThrownBy(() -> verifier().verify(text, "another"))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.OTHER_MACHINE));
        LicenseVerifier others = new LicenseVerifier("prd_999", publicKeys(), server.clock());
        assertThatThrownBy(() -> others.verify(text, MACHINE))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.OTHER_PRODUCT));
        server.clock().advance(Duration.ofDays(7));
        assertThatThrownBy(() -> verifier().verify(text, MACHINE))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void file_takesAMachineOfTheKey_andNoneIsLeftAtTheLimit() {
        file("a", "");
        file("b", "");
        file("a", "");

        assertThat(problem(send("POST", "/v1/files", body(key, "c", "")))).isEqualTo("409 machine-limit-reached");
        assertThat(send(
                                "GET",
                                "/v1/files?product=" + product + "&key="
                                        + key.get("key").stringValue(),
                                "")
                        .json()
                        .get("data")
                        .size())
                .isEqualTo(3);
    }

    @Test
    void file_neverOutlivesItsKey_andAnEndedOrBlockedKeyHasNone() {
        JsonNode issued = file(MACHINE, ",\"validFor\":\"P300D\"");
        assertThat(issued.get("validUntil").stringValue())
                .isEqualTo(server.clock().instant().plus(Duration.ofDays(90)).toString());
        assertThat(problem(send("POST", "/v1/files", body(key, MACHINE, ",\"validFor\":\"P400D\""))))
                .isEqualTo("400 invalid-field");
        assertThat(problem(send("POST", "/v1/files", body(key, "", "")))).isEqualTo("400 invalid-field");

        server.clock().advance(Duration.ofDays(90));
        assertThat(problem(send("POST", "/v1/files", body(key, MACHINE, "")))).isEqualTo("403 key-expired");
        send(
                "PATCH",
                "/v1/keys/" + key.get("id").stringValue(),
                "{\"blocked\":true,\"expiresAt\":\"2030-01-01T00:00:00Z\"}");
        assertThat(problem(send("POST", "/v1/files", body(key, MACHINE, "")))).isEqualTo("403 key-blocked");
    }

    @Test
    void borrowedSeat_isHeldForDays_andComesBackByItself() throws Exception {
        JsonNode issued = file("laptop", ",\"borrow\":true,\"validFor\":\"P5D\"");
        License license = verifier().verify(issued.get("text").stringValue(), "laptop");
        assertThat(license.seat()).contains(issued.get("seat").stringValue());
        made("/v1/seats", body(key, "desk", ""));

        assertThat(problem(send("POST", "/v1/seats", body(key, "third", "")))).isEqualTo("409 seats-taken");
        server.clock().advance(Duration.ofDays(4));
        assertThat(send("POST", "/v1/seats", body(key, "third", "")).status()).isEqualTo(201);
        assertThat(problem(send("POST", "/v1/seats", body(key, "fourth", "")))).isEqualTo("409 seats-taken");
        server.clock().advance(Duration.ofDays(1));
        assertThat(license.validUntil()).isEqualTo(server.clock().instant());
        assertThat(send("POST", "/v1/seats", body(key, "fourth", "")).status()).isEqualTo(201);
    }

    @Test
    void timeThatWaits_beginsWithAFile() {
        String license = made(
                        "/v1/licenses",
                        "{\"name\":\"l\",\"type\":\"rental\",\"price\":{\"amount\":\"1\",\"currency\":\"EUR\"},"
                                + "\"term\":{\"count\":2,\"unit\":\"day\"},\"begins\":\"firstPlay\"}")
                .get("id")
                .stringValue();
        JsonNode purchase = made(
                "/v1/purchases",
                "{\"license\":\"%s\",\"product\":\"%s\",\"viewer\":\"anna\"}".formatted(license, product));
        server.clock().advance(Duration.ofDays(10));

        JsonNode issued = made("/v1/files", body(purchase, MACHINE, ""));

        assertThat(issued.get("validUntil").stringValue())
                .isEqualTo(server.clock().instant().plus(Duration.ofDays(2)).toString());
        assertThat(made("/v1/checks", "{\"product\":\"%s\",\"viewer\":\"anna\"}".formatted(product))
                        .get("expiresAt")
                        .stringValue())
                .isEqualTo(issued.get("validUntil").stringValue());
    }

    @Test
    void newPair_signsFromThenOn_andTheOldOneVouchesForIt() throws Exception {
        Map<String, String> known = publicKeys();
        LicenseVerifier shipped = new LicenseVerifier(product, known, server.clock());
        String before = file(MACHINE, "").get("text").stringValue();
        JsonNode next = made("/v1/file-keys", "");
        String after = file(MACHINE, "").get("text").stringValue();

        assertThat(known).hasSize(1);
        assertThat(shipped.verify(before, MACHINE).id()).isNotEmpty();
        assertThatThrownBy(() -> shipped.verify(after, MACHINE))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.UNKNOWN_KEY));
        shipped.trust(
                next.get("id").stringValue(),
                next.get("publicKey").stringValue(),
                next.get("endorsedBy").stringValue(),
                next.get("endorsement").stringValue());
        assertThat(shipped.verify(after, MACHINE).id()).isNotEmpty();
        assertThat(verifier().verify(before, MACHINE).id()).isNotEmpty();
        assertThat(send("GET", "/v1/file-keys", "").body()).doesNotContain("private");
    }

    // What was used

    private List<String> events() {
        return send("GET", "/v1/events?limit=1000", "").json().get("data").values().stream()
                .map(event -> event.get("name").stringValue())
                .toList();
    }

    private String merging(String usage) {
        return body(
                key,
                MACHINE,
                ",\"usage\":\""
                        + usage.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n") + "\"");
    }

    private License licensed() throws Refused {
        return verifier().verify(file(MACHINE, "").get("text").stringValue(), MACHINE);
    }

    @Test
    void use_isMergedOnce_howeverOftenItIsSent_andGoesOnWhereItEnded() throws Exception {
        License license = licensed();
        Path usage = directory.resolve("usage");
        LicenseVerifier verifier = verifier();
        for (int i = 1; i <= 3; i++) {
            verifier.record(
                    license, usage, new Use("use " + i, Optional.of("f"), OptionalLong.of(i), Optional.of("EUR")));
        }
        String all = verifier.usageFrom(usage, 1);

        List<Integer> merged = AtOnce.run(4, i -> send("POST", "/v1/offline-usage", merging(all))).stream()
                .filter(reply -> reply.status() == 200)
                .map(reply -> reply.json().get("merged").intValue())
                .toList();
        assertThat(merged).contains(3).allMatch(count -> count == 0 || count == 3);
        assertThat(made("/v1/offline-usage", merging(all)).get("last").longValue())
                .isEqualTo(3);

        server.restart();
        verifier.record(license, usage, Use.of("use 4"));
        JsonNode more = made("/v1/offline-usage", merging(verifier.usageFrom(usage, 4)));
        assertThat(more.get("merged").intValue()).isEqualTo(1);
        assertThat(more.get("last").longValue()).isEqualTo(4);
        assertThat(events()).containsExactlyInAnyOrder("use 1", "use 2", "use 3", "use 4");
    }

    @Test
    void use_thatWasAlteredLeftOutOrMadeUp_isRefused_andNothingOfItIsThere() throws Exception {
        License license = licensed();
        Path usage = directory.resolve("usage");
        LicenseVerifier verifier = verifier();
        for (int i = 1; i <= 4; i++) {
            verifier.record(license, usage, Use.of("use " + i));
        }
        List<String> lines = Files.readAllLines(usage);

        for (String wrong : List.of(
                lines.get(0) + "\n" + lines.get(2),
                lines.get(1),
                lines.get(1) + "\n" + lines.get(0),
                lines.get(0).replace("use+1", "use+9"),
                lines.get(0) + "\n" + lines.get(1).replace("use+2", "free"),
                "1\t2026-11-22T00:00:00Z\tuse\t\t\t\t" + "0".repeat(64),
                "nonsense",
                "1\tnow\tuse\t\t\t\tx")) {
            Reply reply = send("POST", "/v1/offline-usage", merging(wrong));
            assertThat(reply.status()).as(wrong + " " + reply).isEqualTo(400);
        }
        assertThat(events()).isEmpty();
        assertThat(send(
                                "POST",
                                "/v1/offline-usage",
                                body(
                                        key,
                                        "another machine",
                                        ",\"usage\":\"" + lines.get(0).replace("\t", "\\t") + "\""))
                        .status())
                .isEqualTo(400);

        assertThat(made("/v1/offline-usage", merging(lines.get(0) + "\n" + lines.get(1)))
                        .get("merged")
                        .intValue())
                .isEqualTo(2);
    }

    /// A line as only who has the license file can make it.
    private static String line(License license, String before, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(license.secret(), "HmacSHA256"));
        byte[] code = mac.doFinal((before + "\n" + text).getBytes(StandardCharsets.UTF_8));
        return text + "\t" + HexFormat.of().formatHex(code);
    }

    @Test
    void lines_thatAreSignedAndBreakTheRulesOfEvents_areRefused() throws Exception {
        License license = licensed();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(license.secret(), "HmacSHA256"));
        String before = HexFormat.of()
                .formatHex(mac.doFinal(("usage " + license.key() + " " + MACHINE).getBytes(StandardCharsets.UTF_8)));
        for (String text : List.of(
                "1\t+999999999-01-01T00:00:00Z\tuse\t\t\t",
                "1\t-0001-01-01T00:00:00Z\tuse\t\t\t",
                "1\t2026-11-22T00:00:00Z\t+\t\t\t",
                "1\t2026-11-22T00:00:00Z\ta%00b\t\t\t",
                "1\t2026-11-22T00:00:00Z\t" + "x".repeat(257) + "\t\t\t",
                "1\t2026-11-22T00:00:00Z\tuse\t\t99999999999999999999\t",
                "1\t2026-11-22T00:00:00Z\tuse\t%zz\t\t")) {
            Reply reply = send("POST", "/v1/offline-usage", merging(line(license, before, text)));
            assertThat(reply.status()).as(text + " " + reply).isEqualTo(400);
        }
        String good = line(license, before, "1\t2026-11-22T00:00:00Z\tuse\t\t\t");
        assertThat(made("/v1/offline-usage", merging(good)).get("merged").intValue())
                .isEqualTo(1);
        assertThat(events()).containsExactly("use");
    }

    @Test
    void twoRecordsOfOneMachine_sentAtOnce_leaveTheEventsOfOne() throws Exception {
        License license = licensed();
        LicenseVerifier verifier = verifier();
        List<String> forks = new java.util.ArrayList<>();
        for (int fork = 0; fork < 6; fork++) {
            Path usage = directory.resolve("fork " + fork);
            verifier.record(license, usage, Use.of("fork " + fork));
            forks.add(verifier.usageFrom(usage, 1));
        }

        List<Integer> statuses = AtOnce.run(
                forks.size(),
                i -> send("POST", "/v1/offline-usage", merging(forks.get(i))).status());

        assertThat(statuses).containsOnlyOnce(200);
        assertThat(events()).hasSize(1);
    }

    @Test
    void recordThatWasBegunAnew_isAnotherOne_andRefused() throws Exception {
        License license = licensed();
        LicenseVerifier verifier = verifier();
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        for (int i = 1; i <= 2; i++) {
            verifier.record(license, first, Use.of("used " + i));
        }
        made("/v1/offline-usage", merging(verifier.usageFrom(first, 1)));
        for (int i = 1; i <= 3; i++) {
            verifier.record(license, second, Use.of("less " + i));
        }

        Reply reply = send("POST", "/v1/offline-usage", merging(verifier.usageFrom(second, 1)));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).contains("another than was merged before");
        assertThat(send("POST", "/v1/offline-usage", merging(verifier.usageFrom(second, 3)))
                        .status())
                .isEqualTo(400);
        assertThat(events()).containsExactlyInAnyOrder("used 1", "used 2");
    }
}

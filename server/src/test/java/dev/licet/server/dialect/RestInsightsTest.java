package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import dev.licet.server.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Insights through a whole server. What they count is `InsightsContract`'s.
class RestInsightsTest {
    @TempDir
    Path directory;

    private TestServer server;
    private String product;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"), Map.of(Setting.MAX_SAVED_INSIGHTS, "2"));
        product = "prd_" + server.first().productId();
        send("POST", "/v1/events", """
                [{"name":"open","feature":"=1+1","machine":"m1","session":"s1","time":"2026-11-01T10:00:00Z",
                  "product":"PRODUCT","properties":{"version":"2.3","plan":{"tier":"pro"},"a.b":"dotted"}},
                 {"name":"export","machine":"m1","session":"s1","time":"2026-11-01T11:00:00Z","value":3,
                  "properties":{"version":"3.0"}},
                 {"name":"open","machine":"m2","time":"2026-11-02T10:00:00Z","properties":{"version":"3.0"}},
                 {"name":"purchase","product":"PRODUCT","value":2530,"currency":"USD","time":"2026-11-02T10:00:00Z"},
                 {"name":"purchase","value":500,"currency":"JPY","time":"2026-11-02T10:00:00Z"},
                 {"name":"refund","product":"PRODUCT","value":-530,"currency":"USD","time":"2026-11-03T10:00:00Z"}]""".replace("PRODUCT", product));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply send(String verb, String path, String body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Authorization", "Bearer " + server.first().accessToken());
        headers.put("Content-Type", "application/json");
        return server.send(true, verb, path, headers, body);
    }

    private JsonNode answer(String kind, String question) {
        Reply reply = send("POST", "/v1/insights/" + kind, question);
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        return reply.json();
    }

    private static String november(String more) {
        return "{\"from\":\"2026-11-01\",\"until\":\"2026-11-04\"" + more + "}";
    }

    @Test
    void seats_tellTheirPeak_andWhatWasDenied() {
        String key = server.first().licenseKey();
        String of = "{\"product\":\"" + product + "\",\"key\":\"" + key + "\"";
        for (String machine : List.of("m1", "m2")) {
            assertThat(send("POST", "/v1/seats", of + ",\"machine\":\"" + machine + "\"}")
                            .status())
                    .isLessThan(300);
        }

        server.clock().advance(Duration.ofSeconds(10));
        JsonNode rows = answer("seats", of + ",\"unit\":\"month\"}").get("data");

        assertThat(rows.get(rows.size() - 1).toString())
                .endsWith("\"peak\":2,\"denials\":0,\"seats\":null,\"idle\":null}");
        assertThat(answer("seats", "{\"unit\":\"month\"}")
                        .get("data")
                        .get(rows.size() - 1)
                        .toString())
                .endsWith("\"peak\":2,\"denials\":0}");
        Reply filtered = send("POST", "/v1/insights/seats", "{\"filters\":[{\"field\":\"name\",\"is\":\"open\"}]}");
        assertThat(filtered.status()).isEqualTo(400);
        assertThat(filtered.json().toString()).contains("filters");
    }

    @Test
    void everyKind_isAnswered_withTimeZoneAndFreshness() {
        JsonNode actives = answer("actives", november(",\"zone\":\"Europe/Prague\""));
        assertThat(actives.get("kind").stringValue()).isEqualTo("actives");
        assertThat(actives.get("from").stringValue()).isEqualTo("2026-10-31T23:00:00Z");
        assertThat(actives.get("zone").stringValue()).isEqualTo("Europe/Prague");
        assertThat(actives.get("events").longValue()).isEqualTo(3);
        assertThat(actives.get("asOf").get("position").longValue()).isEqualTo(6);
        assertThat(actives.get("asOf").get("complete").booleanValue()).isTrue();
        assertThat(actives.get("data").toString())
                .isEqualTo("[{\"start\":\"2026-11-01\",\"active\":1,\"events\":2},"
                        + "{\"start\":\"2026-11-02\",\"active\":1,\"events\":1},"
                        + "{\"start\":\"2026-11-03\",\"active\":0,\"events\":0}]");
        assertThat(answer("timeseries", november(",\"unit\":\"month\""))
                        .get("data")
                        .toString())
                .isEqualTo("[{\"start\":\"2026-11-01\",\"events\":6,\"value\":3}]");
        assertThat(answer("breakdown", november(",\"by\":\"product\",\"of\":\"machine\""))
                        .get("data")
                        .toString())
                .isEqualTo("[{\"group\":\"" + product + "\",\"events\":3,\"active\":1,\"value\":0},"
                        + "{\"group\":null,\"events\":3,\"active\":2,\"value\":3}]");
        assertThat(answer(
                                "breakdown",
                                november(",\"by\":\"properties/a.b\",\"top\":1,\"filters\":"
                                        + "[{\"field\":\"properties.plan.tier\",\"is\":[\"pro\",\"team\"]}]"))
                        .get("data")
                        .toString())
                .isEqualTo("[{\"group\":\"dotted\",\"events\":1,\"active\":1,\"value\":0}]");
        assertThat(answer("funnel", november(",\"steps\":[{\"name\":\"open\"},{\"name\":\"export\"}]"))
                        .get("data")
                        .toString())
                .isEqualTo("[{\"step\":1,\"reached\":2,\"events\":3},{\"step\":2,\"reached\":1,\"events\":3}]");
        assertThat(answer("retention", november("")).get("data").get(0).toString())
                .isEqualTo("{\"cohort\":\"2026-11-01\",\"after\":0,\"active\":1,\"events\":2}");
        assertThat(answer("churn", november("")).get("data").get(1).toString())
                .isEqualTo("{\"start\":\"2026-11-02\",\"active\":1,\"new\":1,\"retained\":0,\"returning\":0,"
                        + "\"lost\":1,\"events\":1}");
        assertThat(answer("paths", november("")).get("data").toString())
                .isEqualTo("[{\"step\":1,\"from\":\"open\",\"to\":\"export\",\"count\":1},"
                        + "{\"step\":2,\"from\":\"export\",\"to\":null,\"count\":1}]");
        assertThat(answer("percentiles", november(",\"by\":\"currency\""))
                        .get("data")
                        .get(1)
                        .toString())
                .startsWith("{\"group\":\"USD\",\"events\":2,\"min\":-530,\"p50\":-530,\"p75\":2530");
        assertThat(answer("versions", november(",\"unit\":\"hour\""))
                        .get("data")
                        .get(0)
                        .toString())
                .isEqualTo("{\"start\":\"2026-11-01T10:00:00Z\",\"version\":\"2.3\",\"active\":1,\"events\":1}");
    }

    @Test
    void revenue_isNeverAddedAcrossCurrencies_andKnowsWhatValuesMean() {
        String asked = november("");
        assertThat(answer("revenue", asked).get("data").toString())
                .isEqualTo("[{\"currency\":\"JPY\",\"amount\":\"500\",\"events\":1},"
                        + "{\"currency\":\"USD\",\"amount\":\"20.00\",\"events\":2}]");

        JsonNode changed = send("PATCH", "/v1/products/" + product, "{\"valuesAreWhole\":true}")
                .json();

        assertThat(changed.get("valuesAreWhole").booleanValue()).isTrue();
        assertThat(answer("revenue", asked).get("data").get(1).toString())
                .isEqualTo("{\"currency\":\"USD\",\"amount\":\"2000.00\",\"events\":2}");
        assertThat(answer("revenue", november(",\"unit\":\"day\",\"compare\":true"))
                        .get("before")
                        .toString())
                .isEqualTo("{\"from\":\"2026-10-29T00:00:00Z\",\"until\":\"2026-11-01T00:00:00Z\",\"data\":[]}");
    }

    @Test
    void csv_hasNoFormulas_andSaysInHeadersHowFreshItIs() {
        Reply reply = send(
                "POST",
                "/v1/insights/breakdown?format=csv",
                november(",\"by\":\"feature\",\"compare\":true,\"top\":2"));

        assertThat(reply.headers().get("content-type")).startsWith("text/csv");
        assertThat(reply.headers()).containsEntry("licet-as-of", "6").containsEntry("licet-events", "6");
        assertThat(reply.body()).isEqualTo("span,group,events,active,value\r\nnow,,5,2,3\r\nnow,'=1+1,1,1,0\r\n");
    }

    /// Kind, question, and what is wrong with it.
    private static final List<String> WRONG = List.of(
            "actives|{\"bogus\":1}|bogus",
            "actives|{\"from\":\"2026-11-04\",\"until\":\"2026-11-01\"}|from",
            "actives|{\"from\":\"2026-02-30\"}|from",
            "actives|{\"from\":\"0001-01-01\"}|from",
            "actives|{\"zone\":\"Mars/Olympus\"}|zone",
            "actives|{\"unit\":\"fortnight\"}|unit",
            "actives|{\"of\":\"everybody\"}|of",
            "actives|{\"from\":\"1980-01-01\",\"unit\":\"hour\"}|unit",
            "actives|{\"compare\":\"yes\"}|compare",
            "actives|{\"filters\":{}}|filters",
            "actives|{\"filters\":[1]}|filters",
            "actives|{\"filters\":[{\"field\":\"name\"}]}|filters/0/field",
            "actives|{\"filters\":[{\"field\":\"name\",\"is\":\"a\",\"contains\":\"b\"}]}|filters/0/field",
            "actives|{\"filters\":[{\"field\":\"nome\",\"is\":\"a\"}]}|filters/0/field",
            "actives|{\"filters\":[{\"field\":\"name\",\"is\":{}}]}|filters/0/is",
            "actives|{\"filters\":[{\"field\":\"name\",\"is\":[]}]}|filters/0/is",
            "actives|{\"filters\":[{\"field\":\"value\",\"contains\":\"1\"}]}|filters/0/contains",
            "actives|{\"filters\":[{\"field\":\"value\",\"atLeast\":\"many\"}]}|filters/0/atLeast",
            "actives|{\"filters\":[{\"field\":\"value\",\"atLeast\":1e999999999}]}|filters/0/atLeast",
            "actives|{\"filters\":[{\"field\":\"product\",\"is\":\"7\"}]}|filters/0/is",
            "actives|{\"filters\":[{\"field\":\"properties.\",\"is\":\"7\"}]}|filters/0/field",
            "breakdown|{}|by",
            "breakdown|{\"by\":\"name; DROP TABLE event\"}|by",
            "breakdown|{\"by\":\"name\",\"top\":0}|top",
            "breakdown|{\"by\":\"name\",\"top\":10001}|top",
            "funnel|{}|steps",
            "funnel|{\"steps\":[{\"name\":\"a\"}]}|steps",
            "funnel|{\"steps\":[{\"name\":\"a\"},{}]}|steps/1/name",
            "funnel|{\"steps\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"window\":\"PT0S\"}|window",
            "paths|{\"depth\":11}|depth");

    @Test
    void whatIsWrong_isNamed() {
        SoftAssertions softly = new SoftAssertions();
        for (String wrong : WRONG) {
            String[] parts = wrong.split("\\|");
            Reply reply = send("POST", "/v1/insights/" + parts[0], parts[1]);
            softly.assertThat(reply.status()).as(wrong + " " + reply).isEqualTo(400);
            softly.assertThat(reply.json().at("/errors/0/pointer").asString())
                    .as(wrong)
                    .isEqualTo("#/" + parts[2]);
        }
        softly.assertAll();
    }

    @Test
    void aFunnelOfAHundredSteps_isRefused_andAnUnknownKindIsNotThere() {
        String steps = "{\"name\":\"a\"},".repeat(99) + "{\"name\":\"a\"}";

        assertThat(send("POST", "/v1/insights/funnel", "{\"steps\":[" + steps + "]}")
                        .status())
                .isEqualTo(400);
        assertThat(send("POST", "/v1/insights/horoscope", "{}").status()).isEqualTo(404);
        assertThat(send("POST", "/v1/insights/actives?format=xls", "{}").status())
                .isEqualTo(400);
    }

    @Test
    void whatIsSaved_isAskedAgain_changed_andRemoved() {
        JsonNode saved = send(
                        "POST",
                        "/v1/saved-insights",
                        "{\"name\":\"November\",\"kind\":\"actives\",\"question\":" + november("") + "}")
                .json();
        String id = saved.get("id").stringValue();

        assertThat(send("GET", "/v1/saved-insights/" + id + "/answer", "")
                        .json()
                        .get("data")
                        .size())
                .isEqualTo(3);
        assertThat(send("GET", "/v1/saved-insights/" + id + "/answer?format=csv", "")
                        .body())
                .startsWith("start,active,events\r\n2026-11-01,1,2\r\n");
        JsonNode board = send("POST", "/v1/dashboards", "{\"name\":\"Board\",\"insights\":[\"" + id + "\"]}")
                .json();
        assertThat(board.get("insights").get(0).stringValue()).isEqualTo(id);
        assertThat(send("POST", "/v1/dashboards", "{\"name\":\"one too many\"}").status())
                .isEqualTo(409);
        assertThat(send("PATCH", "/v1/saved-insights/" + id, "{\"name\":\"Renamed\"}")
                        .json()
                        .get("question"))
                .isEqualTo(saved.get("question"));
        assertThat(send("PATCH", "/v1/saved-insights/" + id, "{\"kind\":\"horoscope\"}")
                        .status())
                .isEqualTo(400);
        assertThat(send("POST", "/v1/saved-insights", "{\"name\":\"a\",\"kind\":\"actives\",\"question\":{\"x\":1}}")
                        .status())
                .isEqualTo(400);
        assertThat(send("DELETE", "/v1/saved-insights/" + id, "").status()).isEqualTo(200);
        assertThat(send("GET", "/v1/saved-insights/" + id, "").status()).isEqualTo(404);
        assertThat(send("GET", "/v1/dashboards", "").json().get("data").size()).isEqualTo(1);
    }
}

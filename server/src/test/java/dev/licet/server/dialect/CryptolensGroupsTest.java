package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.AtOnce;
import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The groups Data, Auth and AI of the licensing service's API, as far as no captured request shows them.
class CryptolensGroupsTest {
    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(
                directory.resolve("data"), Map.of(Setting.MAX_DATA_OBJECTS, "3", Setting.CALL_LOG_RETENTION, "30d"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JsonNode call(String token, String method, String form) {
        return server.post(true, "/api/" + method, "token=" + URLEncoder.encode(token, StandardCharsets.UTF_8) + form)
                .json();
    }

    private JsonNode call(String method, String form) {
        return call(server.first().accessToken(), method, form);
    }

    private static JsonNode ok(JsonNode answer) {
        assertThat(answer.get("result").intValue()).as(answer.toString()).isZero();
        return answer;
    }

    private static String message(JsonNode answer) {
        assertThat(answer.get("result").intValue()).as(answer.toString()).isEqualTo(1);
        return answer.get("message").stringValue();
    }

    private String ofKey() {
        return "&ProductId=" + server.first().productId() + "&Key="
                + server.first().licenseKey();
    }

    @Test
    void dataObjects_ofAccountProductKeyAndMachine_areApart_andAllAreShown() {
        long keyId = ok(call("key/GetKey", ofKey())).get("licenseKey").get("id").longValue();
        ok(call("data/AddDataObject", "&Name=a"));
        ok(call(
                "data/AddDataObject",
                "&Name=p&ReferencerType=1&ReferencerId=" + server.first().productId()));
        ok(call("data/AddDataObject", "&Name=k&ReferencerType=2&ReferencerId=" + keyId));
        ok(call("data/AddDataObjectToMachineCode", ofKey() + "&MachineCode=m&Name=m"));

        assertThat(ok(call("data/ListDataObjectsToKey", ofKey()))
                        .get("dataObjects")
                        .get(0)
                        .get("name")
                        .stringValue())
                .isEqualTo("k");
        assertThat(ok(call("data/ListDataObjects", "")).get("dataObjects")).hasSize(1);
        JsonNode all = ok(call("data/ListDataObjects", "&ShowAll=true")).get("dataObjects");
        assertThat(all).hasSize(4);
        for (int type = 0; type < 4; type++) {
            assertThat(all.get(type).get("referencerType").intValue()).isEqualTo(type);
        }
        long id = all.get(1).get("id").longValue();
        ok(call("data/IncrementIntValue", "&Id=" + id + "&IntValue=2"));
        ok(call("data/SetStringValue", "&Id=" + id + "&StringValue=text"));
        ok(call("data/RemoveDataObject", "&Id=" + all.get(0).get("id").longValue()));
        assertThat(ok(call(
                                "data/ListDataObjects",
                                "&ReferencerType=1&ReferencerId="
                                        + server.first().productId()))
                        .get("dataObjects")
                        .toString())
                .isEqualTo("[{\"id\":" + id + ",\"name\":\"p\",\"stringValue\":\"text\",\"intValue\":2}]");
    }

    @Test
    void showAll_hasEachOfMoreThanOnePageOnce() {
        AtOnce.run(
                105, i -> ok(call("data/AddDataObjectToMachineCode", ofKey() + "&MachineCode=m" + i + "&Name=n" + i)));

        Set<Long> ids = new HashSet<>();
        ok(call("data/ListDataObjects", "&ShowAll=true"))
                .get("dataObjects")
                .forEach(object ->
                        assertThat(ids.add(object.get("id").longValue())).isTrue());
        assertThat(ids).hasSize(105);
        assertThat(ok(call("data/ListDataObjects", "&ShowAll=true&Contains=N10"))
                        .get("dataObjects"))
                .hasSize(6);
    }

    @Test
    void dataObjects_onePastTheSetting_areRefused() {
        for (int i = 0; i < 3; i++) {
            ok(call("data/AddDataObjectToKey", ofKey() + "&Name=n"));
        }

        assertThat(message(call("data/AddDataObjectToKey", ofKey() + "&Name=n")))
                .isEqualTo("The input parameters were incorrect.");
        ok(call("data/AddDataObjectToMachineCode", ofKey() + "&MachineCode=m&Name=n"));
    }

    @Test
    void increment_byManyAtOnce_withTheSameKeyOfARequest_countsOnce() {
        ok(call("data/AddDataObjectToKey", ofKey() + "&Name=n"));

        AtOnce.run(
                8,
                i -> server.send(
                        true,
                        "POST",
                        "/api/data/IncrementIntValueToKey",
                        Map.of(
                                "Content-Type", "application/x-www-form-urlencoded",
                                "Idempotency-Key", "once"),
                        server.token() + ofKey() + "&Name=n&IntValue=1"));

        assertThat(ok(call("data/ListDataObjectsToKey", ofKey()))
                        .get("dataObjects")
                        .get(0)
                        .get("intValue")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void keyLock_givesOneTokenForTheKeyAlone_thatEndsWithTheOneItWasAskedWith() {
        JsonNode parent =
                server.manage("POST", "/v1/tokens", "{\"name\":\"t\",\"permissions\":[\"GetKey\"],\"keyLock\":-1}");
        String asked = parent.get("accessToken").stringValue();
        String other = ok(call("key/CreateKey", "&ProductId=" + server.first().productId()))
                .get("key")
                .stringValue();

        JsonNode locked = ok(call(asked, "auth/KeyLock", ofKey()));
        String token = locked.get("token").stringValue();
        assertThat(ok(call(asked, "auth/KeyLock", ofKey())).get("token").stringValue())
                .isEqualTo(token);
        ok(call(token, "key/GetKey", ofKey()));
        assertThat(message(
                        call(token, "key/GetKey", "&ProductId=" + server.first().productId() + "&Key=" + other)))
                .isEqualTo("Access denied.");
        assertThat(message(call(token, "key/Activate", ofKey()))).isEqualTo("Access denied.");
        assertThat(message(call(token, "auth/KeyLock", ofKey()))).isEqualTo("Access denied.");
        server.restart();
        ok(call(token, "key/GetKey", ofKey()));
        server.manage("PATCH", "/v1/tokens/" + parent.get("id").stringValue(), "{\"productId\":999}");
        assertThat(message(call(token, "key/GetKey", ofKey()))).isEqualTo("Unable to authenticate.");
        server.manage("PATCH", "/v1/tokens/" + parent.get("id").stringValue(), "{\"productId\":null}");
        ok(call(token, "key/GetKey", ofKey()));
        server.manage("PATCH", "/v1/tokens/" + parent.get("id").stringValue(), "{\"permissions\":[\"Activate\"]}");
        assertThat(message(call(token, "key/GetKey", ofKey()))).isEqualTo("Access denied.");
        server.manage("DELETE", "/v1/tokens/" + parent.get("id").stringValue(), "");
        assertThat(message(call(token, "key/GetKey", ofKey()))).isEqualTo("Unable to authenticate.");
    }

    @Test
    void webApiLog_isFiltered_andKeptForItsTime() {
        ok(call("key/MachineLockLimit", ofKey() + "&NumberOfMachines=1"));
        ok(call("key/Activate", ofKey() + "&MachineCode=a&FriendlyName=Ada%27s"));
        message(call("key/Activate", ofKey() + "&MachineCode=b"));
        ok(call("key/Activate", ofKey() + "&MachineCode=c&FloatingTimeInterval=60"));
        ok(call("key/Activate", ofKey() + "&MachineCode=d&FloatingTimeInterval=60&MaxOverdraft=1"));
        ok(call("key/Deactivate", ofKey() + "&MachineCode=c&Floating=true"));
        ok(call("data/AddDataObjectToKey", ofKey() + "&Name=n&IntValue=7"));

        assertThat(states("")).isEqualTo("4010 2010 2020 2014 2015 6011 4010");
        assertThat(states("&MachineCode=a")).isEqualTo("2010");
        assertThat(states("&FriendlyName=ADA")).isEqualTo("2010");
        assertThat(states("&States=[2014,%202015]")).isEqualTo("2014 2015");
        assertThat(states("&Limit=2&OrderBy=Id+descending")).isEqualTo("4010 6011");
        JsonNode last = ok(call("ai/GetWebAPILog", "&Limit=1&OrderBy=Id+descending"))
                .get("logs")
                .get(0);
        assertThat(last.get("doIntValue").intValue()).isEqualTo(7);
        assertThat(last.get("doId").longValue()).isPositive();
        long id = last.get("id").longValue();
        assertThat(states("&EndingBefore=" + id + "&Limit=1")).isEqualTo("6011");
        assertThat(states("&StartingAfter=" + (id - 1))).isEqualTo("4010");
        assertThat(states("&StartingAfter=" + (id - 3) + "&EndingBefore=" + id)).isEqualTo("6011 2015");
        server.clock().advance(Duration.ofDays(31));
        ok(call("key/Activate", ofKey() + "&MachineCode=a"));
        assertThat(states("")).isEqualTo("2010");
    }

    @Test
    void webApiLog_takesAHundredStates_andNoMore() {
        ok(call("key/Activate", ofKey() + "&MachineCode=a"));
        assertThat(states("&States=[2010" + ",6011".repeat(99) + "]")).isEqualTo("2010");
        for (int more : new int[] {100, 101}) {
            assertThat(message(call("ai/GetWebAPILog", "&States=[2010" + ",6011".repeat(more) + "]")))
                    .isEqualTo("The input parameters were incorrect.");
        }
    }

    @Test
    void usageOfKeys_isSummedFromTheLog() {
        ok(call("key/MachineLockLimit", ofKey() + "&NumberOfMachines=1"));
        ok(call("key/Activate", ofKey() + "&MachineCode=a"));
        message(call("key/Activate", ofKey() + "&MachineCode=b"));
        ok(call("key/Activate", ofKey() + "&MachineCode=c&FloatingTimeInterval=60"));
        ok(call("key/Deactivate", ofKey() + "&MachineCode=c&Floating=true"));
        server.clock().advance(Duration.ofMinutes(45));
        ok(call("key/Activate", ofKey() + "&MachineCode=a"));

        JsonNode key =
                ok(call("ai/GetKeyUsageSummaries", ofKey())).get("summaries").get(0);
        assertThat(key.get("totalRequests").intValue()).isEqualTo(6);
        assertThat(key.get("totalFailed").intValue()).isEqualTo(1);
        assertThat(key.get("activationSuccess").intValue()).isEqualTo(3);
        assertThat(key.get("activationFloating").intValue()).isEqualTo(1);
        assertThat(key.get("deactivationFloating").intValue()).isEqualTo(1);
        assertThat(key.get("keyId").longValue()).isPositive();
        JsonNode days = ok(call("ai/GetDailyAggregates", "&Start=2000-01-01")).get("aggregates");
        assertThat(days.valueStream()
                        .mapToInt(day -> day.get("successful").intValue())
                        .sum())
                .isEqualTo(5);
        assertThat(days.get(0).get("activeKeys").intValue()).isEqualTo(1);
        assertThat(ok(call("ai/GetDailyAggregates", "&End=2000-01-01"))
                        .get("aggregates")
                        .isEmpty())
                .isTrue();
        JsonNode devices =
                ok(call("ai/GetKeyDevices", ofKey() + "&MachineCode=%20A")).get("devices");
        assertThat(devices.size()).isEqualTo(1);
        assertThat(devices.get(0).get("machineCode").stringValue()).isEqualTo("A");
        assertThat(devices.get(0).get("totalRequests").intValue()).isEqualTo(2);
        JsonNode slots = ok(call("ai/GetLicenseActivityBuckets", ofKey())).get("buckets");
        assertThat(slots.size()).isEqualTo(3);
        assertThat(slots.get(0).get("gapFromPreviousEventSeconds").isNull()).isTrue();
        assertThat(slots.get(1).get("lastEventState").intValue()).isEqualTo(6011);
        assertThat(slots.get(2).get("gapFromPreviousEventSeconds").intValue()).isEqualTo(45 * 60);
        long last = slots.get(2).get("id").longValue();
        assertThat(ok(call("ai/GetLicenseActivityBuckets", ofKey() + "&EndingBefore=" + last + "&Limit=1"))
                        .get("buckets")
                        .get(0)
                        .get("machineCode")
                        .stringValue())
                .isEqualTo("C");
        assertThat(message(call("ai/GetKeyDevices", "&Start=yesterday"))).isNotEmpty();
    }

    private String states(String filter) {
        StringBuilder states = new StringBuilder();
        ok(call("ai/GetWebAPILog", "&Limit=100" + filter))
                .get("logs")
                .forEach(log -> states.append(' ').append(log.get("state").intValue()));
        return states.toString().strip();
    }
}

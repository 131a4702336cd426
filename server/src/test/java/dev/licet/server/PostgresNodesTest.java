package dev.licet.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer.Reply;
import dev.licet.server.config.Setting;
import dev.licet.store.postgres.PostgresServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Two servers on one database of a real PostgreSQL.
@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class PostgresNodesTest {
    private static final int SEATS = 5;
    private static final int ASKING = 40;
    private static final int CALLS = 7;

    @TempDir
    Path directory;

    private List<TestServer> nodes = List.of();

    @BeforeEach
    void start() {
        TestServer one =
                TestServer.start(directory.resolve("one"), Map.of(Setting.POSTGRES, PostgresServer.address(directory)));
        nodes = List.of(one, one.another(directory.resolve("two")));
    }

    @AfterEach
    void stop() {
        nodes.forEach(TestServer::close);
    }

    private Reply send(TestServer node, String path, String body) {
        return node.send(
                true,
                "POST",
                path,
                Map.of("Authorization", "Bearer " + node.first().accessToken(), "Content-Type", "application/json"),
                body);
    }

    /// By turns to each node, many at once. @return the answers in the order of the numbers
    private List<Reply> sendAll(int count, String path, IntFunction<String> body) throws Exception {
        return askAll(count, (node, number) -> send(node, path, body.apply(number)));
    }

    private List<Reply> askAll(int count, BiFunction<TestServer, Integer, Reply> ask) throws Exception {
        List<Callable<Reply>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            calls.add(() -> ask.apply(nodes.get(number % nodes.size()), number));
        }
        List<Reply> replies = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            for (Future<Reply> call : threads.invokeAll(calls)) {
                replies.add(call.get());
            }
        }
        return replies;
    }

    @Test
    void eventSentToBothNodes_countsOnce_andBothTellOfAllOfThem() throws Exception {
        List<Reply> replies =
                sendAll(ASKING, "/v1/events", i -> "{\"id\":\"id-" + i / 2 + "\",\"name\":\"event " + i / 2 + "\"}");

        assertThat(replies).allSatisfy(reply -> assertThat(reply.status()).isEqualTo(200));
        for (TestServer node : nodes) {
            assertThat(node.eventNames()).hasSize(ASKING / 2).doesNotHaveDuplicates();
        }
    }

    @Test
    void seats_areNeverMoreThanThereAre_whicheverNodeGivesThem() throws Exception {
        TestServer one = nodes.getFirst();
        String key = one.manage(
                        "POST",
                        "/v1/keys",
                        "{\"product\":\"prd_" + one.first().productId() + "\",\"maxMachines\":" + SEATS + "}")
                .path("key")
                .asString();

        List<Reply> replies = sendAll(
                ASKING,
                "/v1/seats",
                i -> "{\"product\":\"prd_" + one.first().productId() + "\",\"key\":\"" + key
                        + "\",\"machine\":\"machine " + i + "\"}");

        assertThat(replies).filteredOn(reply -> reply.status() == 201).hasSize(SEATS);
        assertThat(replies)
                .filteredOn(reply -> reply.status() != 201)
                .allSatisfy(reply ->
                        assertThat(reply.json().path("type").asString()).isEqualTo("urn:licet:problem:seats-taken"));
    }

    @Test
    void quota_isNeverExceeded_whicheverNodeTakesTheCall() throws Exception {
        String apiKey = nodes.getFirst()
                .manage(
                        "POST",
                        "/v1/applications",
                        "{\"name\":\"q\",\"partner\":true,\"quota\":{\"calls\":" + CALLS + ",\"window\":\"PT1H\"}}")
                .path("apiKey")
                .asString();

        List<Reply> replies = askAll(
                ASKING,
                (node, number) -> node.get(
                        "/rest/v1/?method=veoh.people.logEvent&eventName=play&keys=a&values=b&apiKey=" + apiKey));

        assertThat(replies)
                .filteredOn(reply -> reply.body().contains("<rsp stat=\"ok\""))
                .hasSize(CALLS);
        assertThat(replies)
                .filteredOn(reply -> reply.body().contains("errorCode=\"131\""))
                .hasSize(ASKING - CALLS);
        for (TestServer node : nodes) {
            assertThat(node.eventNames()).hasSize(CALLS);
        }
    }

    @Test
    void whatOneNodeRevokes_theOtherRefusesAtOnce() {
        TestServer one = nodes.getFirst();
        TestServer two = nodes.getLast();
        JsonNode token = one.manage("POST", "/v1/tokens", "{\"name\":\"short\",\"permissions\":[\"RegisterEvent\"]}");
        String secret = token.path("accessToken").asString();
        Map<String, String> headers = Map.of("Authorization", "Bearer " + secret, "Content-Type", "application/json");
        assertThat(two.send(true, "POST", "/v1/events", headers, "{\"name\":\"one\"}")
                        .status())
                .isEqualTo(200);

        one.manage("DELETE", "/v1/tokens/" + token.path("id").asString(), "");

        assertThat(two.send(true, "POST", "/v1/events", headers, "{\"name\":\"two\"}")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void nodeThatEnds_leavesTheOtherWithAll() {
        assertThat(send(nodes.getFirst(), "/v1/events", "{\"name\":\"before\"}").status())
                .isEqualTo(200);
        nodes.getFirst().close();
        nodes = List.of(nodes.getLast());

        assertThat(send(nodes.getLast(), "/v1/events", "{\"name\":\"after\"}").status())
                .isEqualTo(200);
        assertThat(nodes.getLast().eventNames()).containsExactly("after", "before");
    }
}

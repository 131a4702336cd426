package dev.licet.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.cli.Processes;
import dev.licet.core.id.AccountNumber;
import dev.licet.proof.Ledger.Answer;
import dev.licet.proof.Ledger.Entry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// SIGTERM to a server's process in the middle of its work.
class StopUnderLoadTest {
    private static final Duration SESSION_TIMEOUT = Duration.ofHours(8);

    @TempDir
    Path directory;

    private Processes.Running serve() throws Exception {
        return Processes.start(
                        Processes.java(),
                        directory,
                        Map.of(),
                        "serve",
                        "--data",
                        directory.resolve("data").toString(),
                        "--port",
                        "0",
                        "--tls-port",
                        "0",
                        "--session-timeout",
                        SESSION_TIMEOUT.toSeconds() + "s")
                .awaitErr("serving http");
    }

    @Test
    @Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void sigterm_underFullLoad_answersAllItTook_andStoresWhatItAnswered() throws Exception {
        Path data = directory.resolve("data");
        Ledger ledger = new Ledger();
        JsonNode credentials;
        try (Processes.Running init =
                Processes.start(Processes.java(), directory, Map.of(), "init", "--data", data.toString(), "--json")) {
            credentials = new JsonMapper().readTree(init.ended().out());
        }
        try (Processes.Running server = serve()) {
            Load load = Load.start(Target.of(server, data, credentials), ledger, 1, 8, 1);
            load.awaitAnswers(2000, Duration.ofSeconds(60));
            long began = System.nanoTime();
            Processes.Ended ended = server.terminate();
            load.awaitEnd();

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
            assertThat(ended.exitCode()).as(ended.err()).isZero();
            assertThat(ended.err()).doesNotContain("ERROR");
        }

        AccountNumber account = AccountNumber.parse(
                        credentials.get("account_number").asString())
                .orElseThrow();
        try (Processes.Running again = serve()) {
            List<Stored.Event> stored = new Questions(Target.of(again, data, credentials)).eventsAbove(0);
            assertThat(Comparison.ofEvents(ledger, 1, stored)).isEmpty();
            assertThat(storedButNotAnswered(ledger, stored))
                    .as("a request that was taken is answered")
                    .isEmpty();
            assertThat(again.terminate().exitCode()).isZero();
        }
        assertThat(new StoreCheck(ledger, account, SESSION_TIMEOUT).check(data).findings())
                .isEmpty();
        assertThat(ledger.findings()).isEmpty();
        assertThat(ledger.entries().stream()
                        .filter(entry -> entry.answer() == Answer.YES)
                        .map(Entry::kind)
                        .distinct())
                .containsExactlyInAnyOrder(Ledger.Kind.values());
    }

    private static Set<String> storedButNotAnswered(Ledger ledger, List<Stored.Event> stored) {
        return stored.stream()
                .map(event -> ledger.find(event.content().name().split("/", 2)[0]))
                .filter(entry -> entry.answer() == Answer.NONE)
                .map(Entry::name)
                .collect(Collectors.toSet());
    }
}

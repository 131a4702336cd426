package dev.licet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Outcome;
import dev.licet.core.TestClock;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.server.Wiring;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Repair on a stopped server's data, of whose journal the second of four requests is spoiled.
class RepairCommandTest {
    @TempDir
    Path directory;

    private Path data;

    private record Result(int exitCode, String out, String err) {}

    private static Result run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Result(exitCode, out.toString(), err.toString());
    }

    @BeforeEach
    void makeAndSpoil() throws IOException {
        data = directory.resolve("data");
        assertThat(run("init", "--data", data.toString(), "--json").exitCode()).isZero();
        try (Wiring.Stopped stopped = Wiring.openStopped(data, Clock.systemUTC())) {
            for (String name : List.of("one", "two two two two two two two two", "three", "four")) {
                assertThat(stopped.store().events().append(new Submission(List.of(event(name)), TestClock.START)))
                        .isInstanceOf(Outcome.Success.class);
            }
        }
        Path segment = segment();
        byte[] bytes = Files.readAllBytes(segment);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("two two")] = 'T';
        Files.write(segment, bytes);
    }

    private Path segment() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("journal"))) {
            return files.filter(path -> path.toString().endsWith(".seg"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static UsageEvent event(String name) {
        return new UsageEvent(
                new AccountNumber(AccountNumber.FIRST),
                "rest",
                Optional.empty(),
                TestClock.START,
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void dryRun_saysWhatIsWrongAndChangesNothing() throws IOException {
        byte[] before = Files.readAllBytes(segment());
        Result result = run("repair", "--data", data.toString(), "--dry-run");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).contains("events 2 to 2 are gone (1)", "nothing was changed");
        assertThat(segment()).hasBinaryContent(before);
        assertThat(data.resolve("journal/damaged")).doesNotExist();
    }

    @Test
    void repair_saysWhatIsGone_andAfterItTheDataCanBeOpened() throws IOException {
        Result result = run("repair", "--data", data.toString(), "--json");
        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        JsonNode json = new JsonMapper().readTree(result.out());
        assertThat(json.get("lost").asLong()).isEqualTo(1);
        assertThat(json.get("events").asLong()).isEqualTo(3);
        JsonNode damage = json.get("damages").get(0);
        assertThat(damage.get("first_id").asLong()).isEqualTo(2);
        assertThat(damage.get("last_id").asLong()).isEqualTo(2);
        assertThat(data.resolve(damage.get("set_aside").asString())).exists();
        try (Wiring.Stopped stopped = Wiring.openStopped(data, Clock.systemUTC())) {
            assertThat(stopped.store().events().lastAcknowledged()).isEqualTo(4);
        }
        Result again = run("repair", "--data", data.toString());
        assertThat(again.out()).contains("nothing is wrong");
    }

    @Test
    void repair_ofWhatIsNoDataDirectory_isWrongUse() {
        assertThat(run("repair", "--data", directory.resolve("other").toString())
                        .exitCode())
                .isEqualTo(2);
        assertThat(run("repair").exitCode()).isEqualTo(2);
    }

    @Test
    void repair_whileAServerRuns_isRefused() throws IOException {
        assertThat(run("repair", "--data", data.toString()).exitCode()).isZero();
        try (Wiring.Stopped stopped = Wiring.openStopped(data, Clock.systemUTC())) {
            Result result = run("repair", "--data", data.toString());
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains("another process uses the data directory");
            assertThat(stopped.store().check()).isEmpty();
        }
    }
}

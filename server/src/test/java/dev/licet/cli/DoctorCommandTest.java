package dev.licet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.store.postgres.PostgresServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the doctor prints and how it ends, on a data directory and on a PostgreSQL.
@Timeout(120)
class DoctorCommandTest {
    private static final String PASSWORD = "s3cret-of-licet";

    @TempDir
    Path directory;

    private record Result(int exitCode, String out, String err) {
        List<String> lines(String state) {
            return out.lines().filter(line -> line.startsWith(state)).toList();
        }
    }

    private static Result doctor(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] all = Stream.concat(Stream.of("doctor"), Stream.of(arguments)).toArray(String[]::new);
        int exitCode = Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
        assertThat(out + " " + err).doesNotContain(PASSWORD);
        return new Result(exitCode, out.toString(), err.toString());
    }

    private String data() {
        return directory.resolve("data").toString();
    }

    private List<String> left() throws Exception {
        try (Stream<Path> files = Files.list(directory.resolve("data"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void emptyDirectory_isTried_andIsEmptyAfterwards() throws Exception {
        Files.createDirectory(directory.resolve("data"));
        Result result = doctor("--data", data());
        assertThat(result.err()).isEmpty();
        assertThat(result.lines("broken")).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("ok       data: none yet", "ok       sync: 20 syncs", "ok       seats: ");
        assertThat(result.out().lines()).allMatch(line -> line.matches("(ok|warning|broken) +[a-z ]+: .+"));
        assertThat(left()).isEmpty();
    }

    @Test
    void directoryThatIsNotThere_isNotMade() {
        Result result = doctor("--data", data());
        assertThat(result.exitCode()).isZero();
        assertThat(result.lines("warning")).anyMatch(line -> line.contains(data() + " is not there yet"));
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void dataOfAServer_isLookedAt_whetherItRunsOrNot() throws Exception {
        List<String> files;
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            server.manage("POST", "/v1/events", "{\"name\":\"one\"}");
            Result running = doctor("--data", data());
            assertThat(running.exitCode()).as(running.out()).isZero();
            assertThat(running.out()).contains("ok       journal: a server uses it", "ok       changes: all ");
            assertThat(server.eventNames()).containsExactly("one");
        }
        files = left();
        Result stopped = doctor("--data", data(), "--json");
        assertThat(stopped.exitCode()).as(stopped.out()).isZero();
        JsonNode json = new JsonMapper().readTree(stopped.out());
        assertThat(json.get("usable").booleanValue()).isTrue();
        assertThat(json.get("findings")).anySatisfy(finding -> {
            assertThat(finding.get("about").stringValue()).isEqualTo("journal");
            assertThat(finding.get("state").stringValue()).isEqualTo("ok");
            assertThat(finding.get("says").stringValue()).contains("1 events, all good");
        });
        assertThat(left()).isEqualTo(files);
    }

    @Test
    void tooLittleRoom_andADamagedJournal_areBroken() throws Exception {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            for (int i = 0; i < 3; i++) {
                server.manage("POST", "/v1/events", "{\"name\":\"" + "x".repeat(200) + i + "\"}");
            }
        }
        Result full = doctor("--data", data(), "--disk-floor", "1024GiB");
        assertThat(full.exitCode()).isEqualTo(1);
        assertThat(full.lines("broken")).anyMatch(line -> line.contains("room: ") && line.contains(" -> make room"));

        Path journal;
        try (Stream<Path> files = Files.list(directory.resolve("data").resolve("journal"))) {
            journal = files.filter(file -> !file.getFileName().toString().startsWith("spare"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(journal);
        bytes[120] ^= 1;
        Files.write(journal, bytes);
        Result damaged = doctor("--data", data());
        assertThat(damaged.exitCode()).isEqualTo(1);
        assertThat(damaged.lines("broken")).anyMatch(line -> line.contains("journal: "));
    }

    @Test
    void settingsThatCantBe_areWrongUse() {
        Result result = doctor("--postgres", "postgresql://licet:" + PASSWORD + "@127.0.0.1/licet");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("without a name or password in it");
    }

    @Test
    @EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
    void postgres_isTried_andBrokenOnesEndWith1() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
        try (PostgresServer server = PostgresServer.alone("fsync=on")) {
            server.execute("CREATE USER owner PASSWORD '" + PASSWORD + "'");
            server.execute("CREATE DATABASE mine OWNER owner");
            String address = "postgresql://127.0.0.1:" + server.port() + "/mine";
            Result fine = doctor(
                    "--postgres", address, "--postgres-user", "owner", "--postgres-password-file", password.toString());
            assertThat(fine.exitCode()).as(fine.out()).isZero();
            assertThat(fine.lines("ok")).hasSizeGreaterThan(15);
            assertThat(fine.out().lines()).allMatch(line -> line.matches("(ok|warning) +[a-z0-9_.: ]+: .+"));

            Result reset = doctor("--postgres", address + "?sslmode=require", "--postgres-user", "owner");
            assertThat(reset.exitCode()).isEqualTo(1);
            assertThat(reset.lines("broken")).isNotEmpty();
        }
    }

    @Test
    @EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
    void interrupted_leavesNothing() throws Exception {
        try (PostgresServer server = PostgresServer.alone("fsync=on")) {
            String address = "postgresql://127.0.0.1:" + server.port() + "/postgres";
            try (Processes.Running running = Processes.start(directory, Map.of(), "doctor", "--postgres", address)) {
                for (int i = 0; i < 600 && schemas(server).isEmpty(); i++) {
                    Thread.sleep(50);
                }
                assertThat(schemas(server)).startsWith("licet_doctor_");
                new ProcessBuilder(
                                "kill", "-INT", Long.toString(running.process().pid()))
                        .start()
                        .waitFor();
                assertThat(running.ended().exitCode()).isNotZero();
            }
            assertThat(schemas(server)).isEmpty();
        }
    }

    private static String schemas(PostgresServer server) throws Exception {
        return server.ask("postgres", "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'licet_doctor_%'");
    }
}

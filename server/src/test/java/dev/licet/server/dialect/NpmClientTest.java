package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.licet.server.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The client of the licensing service that npm has, unmodified, as a vendor's program calls it. Needs `npm`, and
/// fetches
/// the client the first time.
class NpmClientTest {
    private static final Path PROGRAM = Path.of("src/test/node/cryptolens");
    private static final Path INSTALLED = Path.of("target/node/cryptolens");

    @TempDir
    Path directory;

    private static String run(Path in, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
        return out;
    }

    private static boolean hasNpm() {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, "npm")));
    }

    private static void install() throws IOException, InterruptedException {
        Files.createDirectories(INSTALLED);
        for (String file : List.of("package.json", "client.js")) {
            Files.write(INSTALLED.resolve(file), Files.readAllBytes(PROGRAM.resolve(file)));
        }
        if (!Files.isDirectory(INSTALLED.resolve("node_modules/cryptolens"))) {
            run(INSTALLED, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts");
        }
    }

    private static String template(TestServer server) {
        String id = server.manage(
                        "POST",
                        "/v1/templates",
                        "{\"name\":\"t\",\"product\":\"prd_" + server.first().productId()
                                + "\",\"features\":[\"sync\",\"export.pdf\"]}")
                .get("id")
                .stringValue();
        return id.substring("tpl_".length());
    }

    @Test
    void keysFromTheFirstActivationToTheLastRefusal() throws Exception {
        assumeTrue(hasNpm(), "SKIPPED: npm is not installed, so the real client was not tried");
        install();
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            server.clock().set(Clock.systemUTC().instant()); // the client looks at its own
            String out = run(
                    INSTALLED,
                    "node",
                    "client.js",
                    "http://127.0.0.1:" + server.port(),
                    server.first().accessToken(),
                    server.first().publicKeyXml(),
                    Long.toString(server.first().productId()),
                    template(server));
            // The client prints lines of its own before.
            JsonNode told = new JsonMapper().readTree(out.lines().toList().getLast());
            for (String fact : List.of(
                    "activated",
                    "notExpired",
                    "onRightMachine",
                    "loaded",
                    "trial",
                    "onSeat",
                    "onOverdraft",
                    "dataObject")) {
                assertThat(told.get(fact).booleanValue()).as(fact).isTrue();
            }
            for (String fact : List.of("onWrongMachine", "loadedForgery")) {
                assertThat(told.get(fact).booleanValue()).as(fact).isFalse();
            }
            assertThat(told.get("features").toString()).isEqualTo("[true,false,true]");
            assertThat(told.get("extendedBy").longValue()).isEqualTo(30 * 86_400);
            assertThat(told.get("changed").toString()).isEqualTo("[false,true,\"another note\"]");
            assertThat(told.get("limit").stringValue())
                    .isEqualTo("Cannot activate the new device as the limit has been reached.");
            assertThat(told.get("sameName").stringValue()).isEqualTo("The input parameters were incorrect.");
            assertThat(told.get("dataOfUnknownKey").stringValue())
                    .isEqualTo("Not enough permission and/or key not found.");
            assertThat(told.get("namedFeatures").toString()).isEqualTo("[true,true,false,true]");
            assertThat(told.get("unknownTemplate").stringValue()).isEqualTo("The input parameters were incorrect.");
            assertThat(told.get("seat").stringValue()).isEqualTo("floating:seat-1");
            assertThat(told.get("seatsTaken").stringValue())
                    .isEqualTo("Cannot activate the new device as the limit has been reached.");
            assertThat(told.get("seatAfterwards").stringValue()).isEqualTo("floating:seat-3");
            assertThat(told.get("notActivated").stringValue())
                    .startsWith("Either the machine code was never activated");
            assertThat(told.get("unknownKey").stringValue()).isEqualTo("Could not find the key.");
            assertThat(told.get("unknownToken").stringValue()).isEqualTo("Unable to authenticate.");
            assertThat(told.get("unknownProduct").stringValue()).isEqualTo("Could not find the product.");
        }
    }
}

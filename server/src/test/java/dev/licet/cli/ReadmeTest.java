package dev.licet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the README and a new server tell people to paste does what they say.
class ReadmeTest {
    private static final Pattern COMMAND_AND_ANSWER =
            Pattern.compile("```sh\\n((?:[^`]|`(?!``))*)```\\s+```(?:xml|json)\\n((?:[^`]|`(?!``))*)```");

    private static final Pattern COMMANDS = Pattern.compile("```sh\\n((?:[^`]|`(?!``))*)```");

    @TempDir
    Path directory;

    @Test
    void everyCommandOfTheReadme_isAnsweredAsItSays() throws Exception {
        assumeTrue(isThere("curl") && isThere("bash"), "needs curl and bash");
        String readme = Files.readString(Path.of("../README.md"));
        try (Processes.Running server = serve()) {
            String exports = lines(server.outText(), "export ");
            Matcher examples = COMMAND_AND_ANSWER.matcher(readme);
            int count = 0;
            while (examples.find()) {
                String answer = bash(server, exports + "\n" + examples.group(1));
                assertThat(shape(answer)).as(examples.group(1)).isEqualTo(shape(examples.group(2)));
                count++;
            }
            assertThat(count).isEqualTo(5);
            assertThat(server.terminate().exitCode()).isZero();
        }
    }

    @Test
    void commandsOfTheGuides_areAllAnswered() throws Exception {
        assumeTrue(isThere("curl") && isThere("bash"), "needs curl and bash");
        StringBuilder commands = new StringBuilder();
        for (String guide : List.of("sales.md", "offline.md", "retention.md", "insights.md", "export.md")) {
            Matcher blocks = COMMANDS.matcher(Files.readString(Path.of("../docs/" + guide)));
            while (blocks.find()) {
                if (blocks.group(1).matches("(?s)(licet|insight|curl).*")) {
                    commands.append(blocks.group(1));
                }
            }
        }
        try (Processes.Running server = serve()) {
            String exports = lines(server.outText(), "export ");
            String[] answers = bash(server, exports + "\n" + commands).strip().split("\n");
            assertThat(answers).hasSizeGreaterThan(9).noneMatch(answer -> answer.contains("urn:licet:problem"));
            assertThat(answers[2]).contains("\"allowed\":true", "\"seat\"");
            assertThat(answers[3]).contains("licet-license-file: 1");
            assertThat(answers[4]).contains("\"notFound\"");
            assertThat(answers[5]).contains("\"state\":\"pending\"");
            assertThat(answers[6]).contains("\"kind\":\"timeseries\"", "\"before\"");
            assertThat(answers[7]).contains("\"zone\":\"Europe/Prague\"");
            assertThat(answers[8]).contains("\"kind\":\"funnel\"");
            assertThat(answers[answers.length - 1]).contains("\"receipt\"", "\"rejected\":0");
        }
    }

    @Test
    void everyLineThatANewServerPrints_worksAsPasted() throws Exception {
        assumeTrue(isThere("curl") && isThere("bash"), "needs curl and bash");
        try (Processes.Running server = serve()) {
            String[] curls = lines(server.outText(), "curl ").split("\n");
            assertThat(curls).hasSize(4);
            List<String> answers = new ArrayList<>();
            for (String curl : curls) {
                answers.add(bash(server, curl));
            }
            assertThat(answers.get(0)).contains("<rsp stat=\"ok\"", "<event eventId=\"1\"");
            assertThat(answers.get(1)).contains("<rsp stat=\"ok\"", "price=\"1.99\"");
            assertThat(answers.get(2)).contains("your session has been pinged successfully");
            assertThat(answers.get(3)).isEqualTo("{\"result\":0,\"message\":\"\"}");
        }
    }

    private Processes.Running serve() throws IOException, InterruptedException {
        Processes.Running server = Processes.start(
                directory,
                Map.of(),
                "serve",
                "--data",
                directory.resolve("licet-data").toString(),
                "--port",
                "0",
                "--tls-port",
                "0");
        server.awaitErr("serving ");
        for (int i = 0; i < 100 && !server.outText().contains("/api/ai/RegisterEvent"); i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return server;
    }

    private static String lines(String text, String start) {
        return text.lines().filter(line -> line.startsWith(start)).collect(Collectors.joining("\n"));
    }

    private String bash(Processes.Running server, String script) throws IOException, InterruptedException {
        String here = script.replace("127.0.0.1:8080", "127.0.0.1:" + server.port("http"))
                .replace("127.0.0.1:8443", "127.0.0.1:" + server.port("https"));
        Process process = new ProcessBuilder("bash", "-c", here.replace("curl ", "curl -sS "))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return out;
    }

    /// The answer without what is new each time.
    private static String shape(String answer) {
        return answer.strip()
                .replaceAll("guid=\"[^\"]+\"", "guid")
                .replaceAll("timestamp=\"[0-9]+\"", "timestamp")
                .replaceAll("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}", "when")
                .replaceAll("<session_key>[A-Za-z0-9]{15}<", "<session_key><")
                .replaceAll("\"key\":\"[A-Z-]{23}\"", "key")
                .replaceAll("\"time\":[0-9]+", "time");
    }

    private static boolean isThere(String tool) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(tool, "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}

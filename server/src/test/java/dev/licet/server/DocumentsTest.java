package dev.licet.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.dialect.Dialect;
import dev.licet.dialect.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The documents say what the code does.
class DocumentsTest {
    private static final Path ROOT = Path.of("..");
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Pattern TYPE = Pattern.compile("`(?:[a-z]+\\.)*([A-Z][a-z]+[A-Za-z0-9]*)`");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"ARCHITECTURE.md", "CONTRIBUTING.md", "docs/adr/0002-quotas-are-a-value-in-the-store.md"})
    void everyTypeThatAPageNames_exists(String page) throws IOException {
        Set<String> named = TYPE.matcher(Files.readString(ROOT.resolve(page)))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).isNotEmpty();
        assertThat(types()).containsAll(named);
    }

    /// The names of all source files of ours.
    private static Set<String> types() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void everyRoute_isOnItsDialectsPage() throws IOException {
        try (TestServer server = TestServer.start(directory.resolve("data"))) {
            for (Dialect dialect : server.dialects()) {
                if (dialect.name().equals("console")) {
                    continue; // its routes are pages, which say themselves what they are
                }
                Path page = ROOT.resolve("docs/dialects").resolve(dialect.name() + ".md");
                String text =
                        Files.readString(dialect.name().equals("operator") ? ROOT.resolve("docs/operating.md") : page);
                assertThat(dialect.routes()).as(dialect.name()).isNotEmpty();
                for (Route route : dialect.routes()) {
                    assertThat(text).as(dialect.name()).contains(onPage(dialect, route));
                }
            }
        }
    }

    private static String onPage(Dialect dialect, Route route) {
        return switch (dialect.name()) {
            case "rest" -> "| `" + route.name() + "` |";
            case "operator" -> "| `" + route.path() + "` |";
            default -> "\n## " + route.name() + "\n";
        };
    }

    @Test
    void everyErrorOfTheVeohPage_hasAGoldenExchange() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/dialects/veoh.md"));
        List<String> codes = Pattern.compile("(?m)^\\| ([0-9]{3}) \\|")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .filter(code -> !code.equals("900")) // a failure of the server can't be asked for
                .toList();
        assertThat(codes).hasSizeGreaterThan(25);
        assertThat(goldenAnswers("veoh", Pattern.compile("errorCode=\"([0-9]+)\"")))
                .containsAll(codes);
    }

    @Test
    void everyErrorOfTheVidentityPage_hasAGoldenExchange() throws IOException {
        assertThat(goldenAnswers("videntity", Pattern.compile("<error_number>([0-9]+)</error_number>")))
                .containsExactlyInAnyOrder("1", "2", "3", "4", "11", "904");
    }

    @Test
    void everyErrorOfTheCryptolensPage_hasAGoldenExchange() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/dialects/cryptolens.md"));
        Matcher messages = Pattern.compile("(?m)^\\| `([^`]+\\.)` \\|").matcher(page);
        Set<String> golden = goldenAnswers("cryptolens", Pattern.compile("\"message\":\"([^\"]+)\""));
        int count = 0;
        while (messages.find()) {
            count++;
            if (!messages.group(1).startsWith("Something went wrong")) { // can't be asked for
                assertThat(golden).contains(messages.group(1));
            }
        }
        assertThat(count).isEqualTo(26);
    }

    private static Set<String> goldenAnswers(String dialect, Pattern error) throws IOException {
        Set<String> errors = new TreeSet<>();
        try (Stream<Path> files = Files.list(GOLDEN.resolve(dialect))) {
            for (Path file : files.toList()) {
                String text = Files.readString(file);
                error.matcher(text.substring(text.indexOf(">>>")))
                        .results()
                        .forEach(found -> errors.add(found.group(1)));
            }
        }
        return errors;
    }
}

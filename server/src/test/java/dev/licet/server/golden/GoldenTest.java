package dev.licet.server.golden;

import dev.licet.server.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every golden file, sent to a real server: one for all that need no settings of their own.
class GoldenTest {
    static final Path FILES = Path.of("src/test/resources/golden");

    @TempDir
    static Path directory;

    private static TestServer shared;

    @BeforeAll
    static void start() {
        shared = TestServer.start(directory.resolve("shared"));
    }

    @AfterAll
    static void stop() {
        shared.close();
    }

    static Stream<Path> files() throws IOException {
        try (Stream<Path> paths = Files.walk(FILES)) {
            return paths.filter(path -> path.toString().endsWith(".http")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void exchange_isAnsweredAsWritten(Path file) throws IOException {
        Exchange exchange = Exchange.read(file);
        if (exchange.settings().isEmpty()) {
            exchange.check(shared, new Given(shared)::value);
            return;
        }
        try (TestServer own = TestServer.start(directory.resolve(file.getFileName()), exchange.settings())) {
            exchange.check(own, new Given(own)::value);
        }
    }
}

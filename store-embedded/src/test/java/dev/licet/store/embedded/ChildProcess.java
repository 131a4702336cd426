package dev.licet.store.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Starts one of the tests' own main classes in a JVM of its own.
final class ChildProcess {
    private ChildProcess() {}

    static Process start(Class<?> main, Path directory) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        directory.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}

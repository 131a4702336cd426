package dev.licet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The command line in processes of its own, each bounded in time.
public final class Processes {
    /// Before a start that takes so long is told, with what it waits for.
    private static final int SLOW_SECONDS = 30;

    private static final int PATIENCE_SECONDS = 40;

    /// Of a start, beside servers, sinks, brokers and databases that start and run on the same two cores.
    private static final int START_SECONDS = 120;

    private Processes() {}

    /// How a process ended.
    public record Ended(int exitCode, String out, String err) {}

    /// A process whose output goes to files.
    public record Running(Process process, Path out, Path err) implements AutoCloseable {

        public String outText() {
            return text(out);
        }

        public String errText() {
            return text(err);
        }

        /// Waits until it has written this on standard error.
        public Running awaitErr(String text) throws InterruptedException {
            return await(err, text);
        }

        /// Waits until it has written this on standard output.
        public Running awaitOut(String text) throws InterruptedException {
            return await(out, text);
        }

        private Running await(Path file, String text) throws InterruptedException {
            for (int i = 0; i < START_SECONDS * 20; i++) {
                if (text(file).contains(text)) {
                    return this;
                }
                if (!process.isAlive()) {
                    break;
                }
                if (i == SLOW_SECONDS * 20) {
                    System.err.println("SLOW: no '" + text + "' after " + SLOW_SECONDS + " s; " + threads());
                }
                Thread.sleep(50);
            }
            throw new IllegalStateException("no '" + text + "' in: " + errText());
        }

        /// What its threads do now, as its machine tells it on standard output.
        private String threads() throws InterruptedException {
            int before = outText().length();
            try {
                new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid()))
                        .start()
                        .waitFor();
            } catch (IOException e) {
                return "its threads can't be told: " + e;
            }
            Thread.sleep(1_000);
            return outText().substring(before);
        }

        /// The port in the line that tells where it serves. @param scheme http or https
        public int port(String scheme) {
            String line = errText();
            int at = line.indexOf(scheme + "://127.0.0.1:") + scheme.length() + "://127.0.0.1:".length();
            return Integer.parseInt(line.substring(at).split("[^0-9]", 2)[0]);
        }

        /// Tells it to end, as an operator's tools do, and waits for that.
        public Ended terminate() throws InterruptedException {
            process.destroy();
            return ended();
        }

        public Ended ended() throws InterruptedException {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("does not end: " + errText());
            }
            return new Ended(process.exitValue(), outText(), errText());
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }

        private static String text(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                return "";
            }
        }
    }

    /// What runs a main class on the classes of the tests.
    public static List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.licet.cli.Main");
    }

    /// @param directory where what it prints is kept
    static Running start(Path directory, Map<String, String> environment, String... arguments) throws IOException {
        return start(java(), directory, environment, arguments);
    }

    /// @param launch what stands before the arguments @param directory where what it prints is kept
    public static Running start(
            List<String> launch, Path directory, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(launch);
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LICET_"));
        builder.environment().putAll(environment);
        return new Running(builder.start(), out, err);
    }

    static Ended run(Path directory, String... arguments) throws IOException, InterruptedException {
        try (Running running = start(directory, Map.of(), arguments)) {
            return running.ended();
        }
    }
}

package dev.licet.bench.run;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What every measure works with: the options, a directory of its own on the measured disk, and how processes are
/// started.
final class Kit implements AutoCloseable {
    static final Duration START = Duration.ofSeconds(90);
    /// How long a server may take to load what it was sent.
    static final Duration SETTLE = Duration.ofSeconds(60);

    private final Options options;
    private final Path home;
    private final Path directory;
    private final Wrk wrk;

    private Kit(Options options, Path home, Path directory) {
        this.options = options;
        this.home = home;
        this.directory = directory;
        this.wrk = new Wrk(home.resolve("bench/lua"));
    }

    /// @param home the root of the source tree
    static Kit open(Options options, Path home, String measure) throws IOException {
        Files.createDirectories(options.directory());
        FileStore disk = Files.getFileStore(options.directory());
        if (disk.type().equals("tmpfs")) {
            throw new IOException(options.directory() + " is in memory, and figures need a disk; set --dir");
        }
        Path directory = Files.createTempDirectory(
                options.directory(),
                measure + "-",
                // PostgreSQL runs as another user where we are root.
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        return new Kit(options, home, directory);
    }

    Options options() {
        return options;
    }

    Path home() {
        return home;
    }

    Path directory() {
        return directory;
    }

    Wrk wrk() {
        return wrk;
    }

    /// Requests a second under this load.
    double requestsPerSecond(Wrk.Load load, int connections) throws IOException, InterruptedException {
        Wrk.Outcome outcome = wrk.run(load, connections, Duration.ofSeconds(options.seconds()));
        if (outcome.requests() == 0) {
            throw new IOException("no request to " + load.url() + " was answered in time");
        }
        return outcome.requestsPerSecond();
    }

    void warmUp(Wrk.Load load, int connections) throws IOException, InterruptedException {
        wrk.run(load, connections, options.warmUp());
    }

    /// What every JVM of a run is given.
    List<String> jvmOptions() {
        return List.of("-Xmx" + options.heap(), "-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED");
    }

    /// Runs another main class of this jar.
    List<String> java(String mainClass, List<String> jvmOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions());
        command.addAll(jvmOptions);
        command.addAll(
                List.of("-cp", home.resolve("bench/target/benchmarks.jar").toString(), mainClass));
        command.addAll(arguments);
        return command;
    }

    Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    /// The directory with what a peer needs, which is fetched the first time.
    Path peer(String name) throws IOException, InterruptedException {
        Path peer = home.resolve("bench/target/peers").resolve(name);
        Path complete = peer.resolve(".complete");
        if (!Files.exists(complete)) {
            System.out.println("fetching " + name + " ...");
            Tool.run(
                    Duration.ofMinutes(10),
                    home.resolve("mvnw").toString(),
                    "-q",
                    "-B",
                    "-f",
                    home.resolve("bench/peers/" + name + "/pom.xml").toString(),
                    "-Dpeer.dir=" + peer,
                    "package");
            Files.createFile(complete);
        }
        return peer;
    }

    /// Ends what still runs, and deletes the directory with all that servers left in it.
    @Override
    public void close() throws IOException {
        Server.killAll();
        delete(directory);
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    /// A program that does one thing and ends.
    static final class Tool {
        private Tool() {}

        /// @return its standard output @throws IOException when it fails
        static String run(Duration limit, String... command) throws IOException, InterruptedException {
            return run(limit, Map.of(), List.of(command));
        }

        static String run(Duration limit, Map<String, String> environment, List<String> command)
                throws IOException, InterruptedException {
            Path output = Files.createTempFile("bench", ".out");
            Path errors = Files.createTempFile("bench", ".err");
            try {
                ProcessBuilder builder = new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                if (!ended || process.exitValue() != 0) {
                    throw new IOException(String.join(" ", command) + " "
                            + (ended ? "failed" : "did not end within " + limit.toSeconds() + " s") + ":\n"
                            + Files.readString(output) + Files.readString(errors));
                }
                return Files.readString(output);
            } finally {
                Files.delete(output);
                Files.delete(errors);
            }
        }
    }
}

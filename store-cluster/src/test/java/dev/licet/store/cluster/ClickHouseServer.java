package dev.licet.store.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A ClickHouse of the tests' own, with a database for each directory that a test has: the engine itself, as a
/// [process][ClickHouseProcess] of its own behind the HTTP interface. It ends with the process of the tests.
public final class ClickHouseServer implements AutoCloseable {
    /// Where `.ci/fetch-clickhouse` leaves it.
    private static final Path LIBRARY =
            Path.of(System.getProperty("user.home"), ".cache/licet/libchdb-26.7.3-stable.1/libchdb.so");

    /// Signals come to Java's machine first, which uses some for its own work. The engine takes each of those for
    /// a crash of its own otherwise: it refuses statements from then on, or never answers.
    private static final Path SIGNALS = Path.of(System.getProperty("java.home"), "lib/libjsig.so");

    public static final String USER = ClickHouseProcess.USER;
    public static final String PASSWORD = "not \"empty\" & ünusual";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static Optional<ClickHouseServer> running = Optional.empty();

    private final Path directory;
    private final int port;
    private final String profile;
    private Process process;
    private final Map<Path, String> databases = new HashMap<>();

    private ClickHouseServer(String profile) throws IOException, InterruptedException {
        this(profile, Files.createTempDirectory("licet-clickhouse"));
    }

    private ClickHouseServer(String profile, Path directory) throws IOException, InterruptedException {
        this.profile = profile;
        this.directory = directory;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        process = serve();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
        await();
    }

    /// One for a test alone, which ends it now and then.
    public static ClickHouseServer alone() throws IOException, InterruptedException {
        return new ClickHouseServer("");
    }

    /// The same. @param directory for its data, which is deleted in the end
    public static ClickHouseServer in(Path directory) throws IOException, InterruptedException {
        return new ClickHouseServer("", directory);
    }

    /// The same. @param profile settings of its user, as `name=value,name=value`
    static ClickHouseServer withProfile(String profile) throws IOException, InterruptedException {
        return new ClickHouseServer(profile);
    }

    /// The one that tests share.
    public static synchronized ClickHouseServer shared() {
        try {
            if (running.isEmpty()) {
                running = Optional.of(new ClickHouseServer(""));
            }
            return running.get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Whether there is the engine, or the environment has `NEVER_SKIP_TESTS`.
    public static boolean isToBeTried() {
        boolean isThere = Files.exists(LIBRARY);
        if (!isThere) {
            System.err.println("NOT TESTED: there is no ClickHouse in " + LIBRARY + ", see .ci/fetch-clickhouse");
        }
        return isThere || System.getenv("NEVER_SKIP_TESTS") != null;
    }

    private Process serve() throws IOException {
        if (!Files.exists(LIBRARY)) {
            throw new IllegalStateException("there is no ClickHouse in " + LIBRARY + ", see .ci/fetch-clickhouse");
        }
        if (!Files.exists(SIGNALS)) {
            throw new IllegalStateException("this Java has no " + SIGNALS + ", which the engine of ClickHouse needs");
        }
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ClickHouseProcess.class.getName(),
                        LIBRARY.toString(),
                        directory.resolve("data").toString(),
                        Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().put("LD_PRELOAD", SIGNALS.toString());
        builder.environment().put(ClickHouseProcess.PASSWORD, PASSWORD);
        builder.environment().put(ClickHouseProcess.PROFILE, profile);
        return builder.start();
    }

    private void await() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            if (isUp()) {
                return;
            }
            Thread.sleep(50);
        }
        process.destroyForcibly();
        throw new IOException("ClickHouse does not start: " + Files.readString(log()));
    }

    private boolean isUp() throws InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest ping = HttpRequest.newBuilder(address().resolve("/ping"))
                    .timeout(PATIENCE)
                    .build();
            return client.send(ping, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .equals("Ok.\n");
        } catch (IOException notYet) {
            return false;
        }
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /// Ends it as a crash does.
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// Starts it again on what it has left.
    public void startAgain() throws IOException, InterruptedException {
        process = serve();
        await();
    }

    /// The same database for the same directory.
    public synchronized String database(Path of) {
        return databases.computeIfAbsent(of, fresh -> {
            String name = "d" + databases.size();
            try (ClickHouse server = client("default")) {
                server.run("CREATE DATABASE " + name);
            }
            return name;
        });
    }

    ClickHouse client(String database) {
        return new ClickHouse(settings(database, PASSWORD));
    }

    ClickHouse.Settings settings(String database, String password) {
        return new ClickHouse.Settings(
                List.of(address()),
                database,
                ClickHouseProcess.USER,
                Optional.of(password),
                Duration.ofSeconds(5),
                PATIENCE,
                PATIENCE);
    }

    /// The rows of an answer, by itself and not by our own client, with tabs between their values.
    public List<String> rows(String database, String sql) throws IOException, InterruptedException {
        String user = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(address().resolve("/?database=" + database))
                .timeout(PATIENCE)
                .header("Authorization", "Basic " + user)
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(response.body());
            }
            return response.body().lines().toList();
        }
    }

    private Path log() {
        return directory.resolveSibling(directory.getFileName() + ".log");
    }

    /// Ends it for good.
    @Override
    public void close() {
        stop();
    }

    private void stop() {
        if (!Files.exists(directory)) {
            return; // it was closed, and this is the end of the process
        }
        try {
            process.destroyForcibly();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                System.err.println("a ClickHouse does not end: " + process.pid());
            }
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(log());
        } catch (IOException e) {
            System.err.println("a ClickHouse is left in " + directory + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

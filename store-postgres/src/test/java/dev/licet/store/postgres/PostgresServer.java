package dev.licet.store.postgres;

import dev.licet.store.sql.entity.ChangeLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/// A PostgreSQL of the tests' own, with a database for each directory that a test has. It ends with the process.
public final class PostgresServer {
    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
    private static final String MIGRATED = "migrated";
    private static Optional<PostgresServer> running = Optional.empty();

    private final Path programs;
    private final Path directory;
    private final int port;
    private Process process;
    private final Map<Path, String> databases = new HashMap<>();

    private PostgresServer(Path programs) throws IOException, InterruptedException {
        this.programs = programs;
        directory = Files.createTempDirectory("licet-postgres");
        if (isRoot()) {
            Files.setOwner(
                    directory,
                    directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
        }
        Path data = directory.resolve("data");
        Process made =
                start("initdb", "-D", data.toString(), "-A", "trust", "-U", "licet", "-E", "UTF8", "--no-locale");
        if (made.waitFor() != 0) {
            throw new IOException("initdb failed: " + Files.readString(log()));
        }
        port = freePort();
        process = serve();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
    }

    private Process serve() throws IOException {
        return start(
                "postgres",
                "-D",
                directory.resolve("data").toString(),
                "-c",
                "port=" + port,
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=" + directory,
                "-c",
                "fsync=off"); // no test here pulls the plug
    }

    /// One for a test alone, which ends it now and then.
    static PostgresServer alone() throws IOException, InterruptedException {
        PostgresServer server = new PostgresServer(programs().orElseThrow());
        server.await();
        return server;
    }

    /// Ends it as a crash does, and starts it again on what it has left.
    void killAndStartAgain() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        for (int i = 0; i < 50; i++) {
            process = serve();
            if (isUp()) {
                return;
            }
            Thread.sleep(100); // what it had started ends a moment after it
        }
        throw new IOException("PostgreSQL does not start again: " + Files.readString(log()));
    }

    /// Whether there is a PostgreSQL, or the environment has `NEVER_SKIP_TESTS`.
    public static boolean isToBeTried() {
        boolean isThere = programs().isPresent();
        if (!isThere) {
            System.err.println("NOT TESTED: there is no PostgreSQL in " + INSTALLED);
        }
        return isThere || System.getenv("NEVER_SKIP_TESTS") != null;
    }

    /// The same database for the same directory, with the tables in it.
    static synchronized PGSimpleDataSource of(Path directory) {
        try {
            if (running.isEmpty()) {
                PostgresServer server = new PostgresServer(programs()
                        .orElseThrow(() -> new IllegalStateException("there is no PostgreSQL in " + INSTALLED)));
                server.await();
                server.execute("CREATE DATABASE " + MIGRATED);
                PostgresDatabase.open(server.source(MIGRATED), ChangeLog.keepingAll())
                        .close();
                running = Optional.of(server);
            }
            return running.get().database(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Of that database, as settings have it; its user is `licet`, without a password.
    public static String address(Path directory) {
        PGSimpleDataSource source = of(directory);
        return "postgresql://127.0.0.1:" + source.getPortNumbers()[0] + "/" + source.getDatabaseName();
    }

    private PGSimpleDataSource database(Path directory) throws SQLException {
        String name = databases.get(directory);
        if (name == null) {
            name = "d" + databases.size();
            execute("CREATE DATABASE " + name + " TEMPLATE " + MIGRATED);
            databases.put(directory, name);
        }
        return source(name);
    }

    PGSimpleDataSource source(String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser("licet");
        return source;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = source("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void await() throws IOException, InterruptedException {
        if (!isUp()) {
            throw new IOException("PostgreSQL does not start: " + Files.readString(log()));
        }
    }

    /// Waits for it. @return whether it answers
    private boolean isUp() throws InterruptedException {
        for (int i = 0; i < 300 && process.isAlive(); i++) {
            try {
                execute("SELECT 1");
                return true;
            } catch (SQLException notYet) {
                Thread.sleep(100);
            }
        }
        return false;
    }

    private static Optional<Path> programs() {
        if (!Files.isDirectory(INSTALLED)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.comparingInt(bin ->
                            Integer.parseInt(bin.getParent().getFileName().toString())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private Path log() {
        return directory.resolveSibling(directory.getFileName() + ".log");
    }

    /// It refuses to be root's.
    private Process start(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// At once, whoever is connected.
    private void stop() {
        try {
            new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(log());
        } catch (IOException e) {
            System.err.println("a PostgreSQL is left in " + directory + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

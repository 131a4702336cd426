package dev.licet.store.postgres;

import dev.licet.store.sql.entity.ChangeLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
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

/// A PostgreSQL of the tests' own. The one that most tests share has a database for each directory that a test has, and
/// ends with the process.
public final class PostgresServer implements AutoCloseable {
    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
    private static final String MIGRATED = "migrated";
    private static Optional<PostgresServer> running = Optional.empty();

    private final Path programs;
    private final Path directory;
    private final int port;
    private final List<String> settings;
    private final Thread atTheEnd = new Thread(this::stop);
    private Process process;
    private final Map<Path, String> databases = new HashMap<>();

    /// @param settings over those that all have @param making what makes its data, but for where
    private PostgresServer(int port, List<String> settings, String... making) throws IOException, InterruptedException {
        this.port = port;
        this.programs =
                programs().orElseThrow(() -> new IllegalStateException("there is no PostgreSQL in " + INSTALLED));
        this.settings = settings;
        directory = Files.createTempDirectory("licet-postgres");
        own(directory);
        List<String> arguments = new ArrayList<>(List.of(making));
        arguments.addAll(List.of("-D", data().toString()));
        Process made = start(arguments.removeFirst(), arguments.toArray(String[]::new));
        if (made.waitFor() != 0) {
            throw new IOException("PostgreSQL can't be made: " + Files.readString(log()));
        }
        process = serve();
        Runtime.getRuntime().addShutdownHook(atTheEnd);
        if (!isUp()) {
            throw new IOException("PostgreSQL does not start: " + Files.readString(log()));
        }
    }

    private static PostgresServer made(List<String> settings) throws IOException, InterruptedException {
        return new PostgresServer(
                freePort(), settings, "initdb", "-A", "trust", "-U", "licet", "-E", "UTF8", "--no-locale");
    }

    /// One for a test alone. @param settings such as `fsync=on`; without it nothing is synced
    public static PostgresServer alone(String... settings) throws IOException, InterruptedException {
        return made(List.of(settings));
    }

    /// Another one that follows it, and is called `standby` where it does.
    public PostgresServer standby() throws IOException, InterruptedException, SQLException {
        return standby(freePort());
    }

    /// @param at the port of one that is gone
    public PostgresServer standby(int at) throws IOException, InterruptedException, SQLException {
        List<String> like = new ArrayList<>(settings); // it may not have less of anything
        like.add("cluster_name=standby");
        PostgresServer standby = new PostgresServer(
                at,
                like,
                "pg_basebackup",
                "-R",
                "-c",
                "fast",
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-U",
                "licet");
        standby.set("wal_retrieve_retry_interval", "200ms"); // as docs/postgres.md has it
        return standby;
    }

    /// From now on its standby has all that it acknowledges.
    public void waitForStandby() throws SQLException, InterruptedException {
        set("synchronous_standby_names", "standby");
        while (!ask("postgres", "SELECT sync_state FROM pg_stat_replication").equals("sync")) {
            Thread.sleep(50);
        }
    }

    /// What PostgreSQL has to own, which refuses to be root's.
    public static void own(Path path) throws IOException {
        if (isRoot()) {
            Files.setOwner(
                    path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
        }
    }

    /// A new directory that it may use, which goes with it.
    public Path directory(String name) throws IOException {
        Path made = Files.createDirectory(directory.resolve(name));
        own(made);
        return made;
    }

    Path data() {
        return directory.resolve("data");
    }

    private Process serve() throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-D", data().toString()));
        List<String> all = new ArrayList<>(List.of(
                "fsync=off", // few tests here pull the plug
                "port=" + port,
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=" + directory));
        all.addAll(settings); // the last one counts
        all.forEach(setting -> arguments.addAll(List.of("-c", setting)));
        return start("postgres", arguments.toArray(String[]::new));
    }

    /// Ends it and all that it has started, as the loss of its machine does.
    public void kill() throws InterruptedException {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        process.waitFor();
    }

    public int port() {
        return port;
    }

    /// Ends it as a crash does, and starts it again on what it has left.
    public void killAndStartAgain() throws IOException, InterruptedException {
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
                PostgresServer server = made(List.of());
                server.execute("CREATE DATABASE " + MIGRATED);
                PostgresDatabase.open(server.source(MIGRATED), PostgresStore.READERS, ChangeLog.keepingAll())
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

    public PGSimpleDataSource source(String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser("licet");
        return source;
    }

    /// As its superuser, in the database `postgres`.
    public void execute(String sql) throws SQLException {
        execute("postgres", sql);
    }

    public void execute(String database, String sql) throws SQLException {
        try (Connection connection = source(database).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// Changes a setting for all, and waits until it counts.
    public void set(String setting, String value) throws SQLException, InterruptedException {
        execute("ALTER SYSTEM SET " + setting + " = '" + value + "'");
        execute("SELECT pg_reload_conf()");
        for (int i = 0;
                !ask("postgres", "SELECT current_setting('" + setting + "')").equals(value);
                i++) {
            if (i == 100) {
                throw new IllegalStateException(setting + " is not " + value);
            }
            Thread.sleep(50);
        }
    }

    /// The first column of the first row; empty for none, or NULL.
    public String ask(String database, String sql) throws SQLException {
        try (Connection connection = source(database).getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() && row.getString(1) != null ? row.getString(1) : "";
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

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atTheEnd);
        stop();
    }

    /// At once, whoever is connected.
    private void stop() {
        try {
            new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
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

package dev.licet.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A PostgreSQL server of our own on the measured disk, as durable as it comes: fsync, full_page_writes and
/// synchronous_commit are on. It refuses to run as root, so there it runs as the user `postgres`.
final class Postgres implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TABLE = """
            CREATE TABLE event (
                id bigint GENERATED ALWAYS AS IDENTITY,
                received timestamptz NOT NULL DEFAULT now(),
                second bigint NOT NULL,
                product bigint,
                key text,
                machine text,
                feature text,
                name text,
                value bigint,
                currency text,
                metadata text)""";

    private final Server process;
    private final int port;

    private Postgres(Server process, int port) {
        this.process = process;
        this.port = port;
    }

    static Postgres start(Kit kit) throws IOException, InterruptedException, SQLException {
        Path data = kit.directory().resolve("postgres");
        Files.createDirectories(data);
        List<String> asUser = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            Kit.Tool.run(LIMIT, "chown", "postgres:", data.toString());
            asUser.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"));
        }
        Kit.Tool.run(
                LIMIT,
                Map.of(),
                with(
                        asUser,
                        program("initdb"),
                        "--pgdata=" + data,
                        "--username=bench",
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--no-locale"));
        int port = Probe.freePort();
        Server process = Server.start(
                "postgres",
                kit.directory().resolve("postgres.log"),
                Map.of(),
                with(
                        asUser,
                        program("postgres"),
                        "-D",
                        data.toString(),
                        "-c",
                        "port=" + port,
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "max_connections=200",
                        "-c",
                        "shared_buffers=1GB",
                        "-c",
                        "max_wal_size=8GB",
                        "-c",
                        "wal_compression=on"));
        Postgres postgres = new Postgres(process, port);
        postgres.await();
        return postgres;
    }

    private static List<String> with(List<String> first, String... rest) {
        return Stream.concat(first.stream(), Arrays.stream(rest)).toList();
    }

    private static String program(String name) throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(versions)) {
            return name; // then it is on the PATH
        }
        try (Stream<Path> paths = Files.list(versions)) {
            return paths.map(version -> version.resolve("bin").resolve(name))
                    .filter(Files::isExecutable)
                    .max(Comparator.comparing(Path::toString))
                    .map(Path::toString)
                    .orElse(name);
        }
    }

    private void await() throws IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            process.check();
            try {
                DriverManager.getConnection(url("postgres")).close();
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw new IOException("PostgreSQL did not answer", e);
                }
            }
            Thread.sleep(50);
        }
    }

    String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=bench";
    }

    Server process() {
        return process;
    }

    int port() {
        return port;
    }

    void createDatabase(String name) throws SQLException {
        execute("postgres", "CREATE DATABASE " + name);
    }

    /// Makes the table that events go to, without an index.
    void createEventTable() throws SQLException {
        execute("postgres", TABLE);
    }

    private void execute(String database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(database));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// Its version and what makes its commits durable.
    String description() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url("postgres"));
                var statement = connection.createStatement();
                var row = statement.executeQuery("""
                        SELECT 'PostgreSQL ' || current_setting('server_version')
                            || ', fsync ' || current_setting('fsync')
                            || ', synchronous_commit ' || current_setting('synchronous_commit')
                            || ', full_page_writes ' || current_setting('full_page_writes')
                            || ', wal_sync_method ' || current_setting('wal_sync_method')""")) {
            row.next();
            return row.getString(1);
        }
    }

    long events() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url("postgres"));
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT count(*) FROM event")) {
            row.next();
            return row.getLong(1);
        }
    }

    /// A fast shutdown.
    @Override
    public void close() throws IOException {
        process.closeBy("INT");
    }
}

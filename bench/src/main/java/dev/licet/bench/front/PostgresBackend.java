package dev.licet.bench.front;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/// PostgreSQL, with one commit a request: each of a few threads has a connection and takes the next request.
final class PostgresBackend implements Backend {
    private static final String INSERT = """
            INSERT INTO event (second, product, key, machine, feature, name, value, currency, metadata)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String COPY =
            "COPY event (second, product, key, machine, feature, name, value, currency, metadata) FROM STDIN";

    private record Waiting(byte[] body, Consumer<@Nullable Throwable> done) {}

    /// Writes one request and commits it.
    @FunctionalInterface
    private interface Writer {
        void write(byte[] body) throws SQLException, IOException;
    }

    @FunctionalInterface
    private interface Preparation {
        Writer writer(Connection connection) throws SQLException;
    }

    private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    private PostgresBackend(String url, int callers, Preparation preparation) {
        for (int i = 0; i < callers; i++) {
            threads.add(Thread.ofPlatform().daemon().start(() -> run(url, preparation)));
        }
    }

    /// One row a request, from a form.
    static PostgresBackend inserting(String url, int callers) {
        return new PostgresBackend(url, callers, connection -> {
            PreparedStatement insert = connection.prepareStatement(INSERT);
            return body -> insert(insert, Event.ofForm(body));
        });
    }

    /// The rows of a JSON body by one COPY.
    static PostgresBackend copying(String url, int callers) {
        return new PostgresBackend(url, callers, connection -> {
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            return body -> {
                byte[] rows = CopyText.of(Event.ofJson(body));
                var in = copy.copyIn(COPY);
                in.writeToCopy(rows, 0, rows.length);
                in.endCopy();
            };
        });
    }

    private void run(String url, Preparation preparation) {
        try (Connection connection = DriverManager.getConnection(url)) {
            connection.setAutoCommit(true); // the one statement is the transaction
            Writer writer = preparation.writer(connection);
            while (true) {
                Waiting next = queue.take();
                Throwable failure = null;
                try {
                    writer.write(next.body());
                } catch (SQLException | IOException | RuntimeException e) {
                    System.err.println(e);
                    failure = e;
                }
                next.done().accept(failure);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            System.err.println("no connection to " + url + ": " + e.getMessage());
            System.exit(1);
        }
    }

    private static void insert(PreparedStatement insert, Event event) throws SQLException {
        insert.setLong(1, event.second());
        insert.setLong(2, event.product());
        insert.setString(3, event.key());
        insert.setString(4, event.machine());
        insert.setString(5, event.feature());
        insert.setString(6, event.name());
        insert.setLong(7, event.value());
        insert.setString(8, event.currency());
        insert.setString(9, event.metadata());
        insert.executeUpdate();
    }

    @Override
    public void take(byte[] body, Consumer<@Nullable Throwable> done) {
        queue.add(new Waiting(body, done));
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }

    /// PostgreSQL's text form of rows.
    private static final class CopyText {
        private final StringBuilder text = new StringBuilder();

        static byte[] of(List<Event> events) {
            CopyText copy = new CopyText();
            events.forEach(copy::row);
            return copy.text.toString().getBytes(StandardCharsets.UTF_8);
        }

        private void row(Event event) {
            text.append(event.second()).append('\t').append(event.product()).append('\t');
            field(event.key(), '\t');
            field(event.machine(), '\t');
            field(event.feature(), '\t');
            field(event.name(), '\t');
            text.append(event.value()).append('\t');
            field(event.currency(), '\t');
            field(event.metadata(), '\n');
        }

        private void field(@Nullable String value, char end) {
            if (value == null) {
                text.append("\\N").append(end);
                return;
            }
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                switch (c) {
                    case '\\' -> text.append("\\\\");
                    case '\t' -> text.append("\\t");
                    case '\n' -> text.append("\\n");
                    case '\r' -> text.append("\\r");
                    default -> text.append(c);
                }
            }
            text.append(end);
        }
    }
}

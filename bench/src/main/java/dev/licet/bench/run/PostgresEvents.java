package dev.licet.bench.run;

import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ProductId;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.InsightSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.ds.PGSimpleDataSource;

/// `postgres-events`: the event log of a store in PostgreSQL, over COPY alone into the same tables.
final class PostgresEvents implements Measure {
    private static final int BATCH = 1000;
    private static final int SENDERS = 16;
    private static final int COPIERS = 4;
    /// Of one COPY and one commit.
    private static final int ROWS = 2000;

    @Override
    public String name() {
        return "postgres-events";
    }

    @Override
    public String question() {
        return """
                How many events a second does a store in PostgreSQL take, over bare COPY with the same indexes? The store is \
                in this process and gets batches of 1,000 events, which were made before, by 16 threads; COPY gets rows of the same events, which \
                were written before, by 4 connections with one commit for 2,000 rows, into tables of the same definition \
                in another database of the same server. Once without ids, and once with: then each event has an id of its \
                own, which is looked up and stored, beside COPY into both tables.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.ratio("without ids", "events/s", "COPY", Target.atLeast(0.6, 0.8)),
                Figure.ratio("with ids", "events/s", "COPY into both tables", Target.atLeast(0.6, 0.8)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Postgres postgres = Postgres.start(kit);
        postgres.createDatabase("licet");
        postgres.createDatabase("bare");
        PostgresStore store = store(kit, postgres, "licet");
        store(kit, postgres, "bare").close(); // has its tables now
        Copier copier = new Copier(postgres.url("bare"));
        Feed feed = new Feed(store, kit.options().seconds());
        feed.rate(false);
        copier.takeRowsFrom(postgres.url("licet"));
        feed.rate(true);
        copier.rate(false, kit.options().seconds());
        copier.rate(true, kit.options().seconds());
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                List<Pair> pairs = new ArrayList<>();
                for (boolean withIds : List.of(false, true)) {
                    pairs.add(Contest.inTurn(
                            yardstickFirst,
                            () -> copier.rate(withIds, kit.options().seconds()),
                            () -> feed.rate(withIds)));
                }
                return pairs;
            }

            @Override
            public List<String> notes() {
                try {
                    return List.of(postgres.description());
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public void close() throws IOException {
                store.close();
                postgres.close();
            }
        };
    }

    private static PostgresStore store(Kit kit, Postgres postgres, String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(postgres.url(database));
        return PostgresStore.open(
                source,
                new PostgresStore.Settings(
                        16_384,
                        64L << 20,
                        InsightSettings.DEFAULT,
                        Optional.empty(),
                        Duration.ofDays(400),
                        kit.directory()),
                Clock.systemUTC(),
                Clock.systemUTC());
    }

    /// Does it by so many threads until the time is over. @param work tells how many events it brought
    private static double rate(int threads, int seconds, Callable<Integer> work) throws Exception {
        AtomicLong events = new AtomicLong();
        long began = System.nanoTime();
        long end = began + seconds * 1_000_000_000L;
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> done = IntStream.range(0, threads)
                    .<Future<?>>mapToObj(i -> executor.submit(() -> {
                        while (System.nanoTime() < end) {
                            events.addAndGet(work.call());
                        }
                        return 0;
                    }))
                    .toList();
            for (Future<?> one : done) {
                one.get();
            }
        }
        return events.get() / ((System.nanoTime() - began) / 1e9);
    }

    /// Gives events to the store.
    private record Feed(PostgresStore store, int seconds) {
        /// Of batches that are made before, for a second.
        private static final int BATCHES = 160;

        double rate(boolean withIds) throws Exception {
            Queue<List<UsageEvent>> made = new ConcurrentLinkedQueue<>();
            for (int i = 0; i < seconds * BATCHES; i++) {
                made.add(batch(withIds));
            }
            return PostgresEvents.rate(SENDERS, seconds, () -> {
                List<UsageEvent> batch = made.remove();
                store.events().append(new Submission(batch, Instant.now()));
                return BATCH;
            });
        }

        private static List<UsageEvent> batch(boolean withIds) {
            return IntStream.range(0, BATCH).mapToObj(i -> event(i, withIds)).toList();
        }

        private static UsageEvent event(int i, boolean withIds) {
            return new UsageEvent(
                    new AccountNumber(123_456_789_012_345L),
                    "rest",
                    withIds ? Optional.of(UUID.randomUUID().toString()) : Optional.empty(),
                    Instant.ofEpochSecond(1_790_000_000L + i),
                    Optional.of(i % 2 == 0 ? "start" : "stop"),
                    Optional.of("Feature " + i % 20),
                    Optional.of(new ProductId(1)),
                    Optional.of("AAAAA-BBBBB-CCCCC-DDDDD"),
                    Optional.of("machine-1"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalLong.of(i),
                    Optional.of("USD"),
                    Optional.of("{\"os\":\"linux\",\"version\":\"1.0\",\"locale\":\"en\"}"));
        }
    }

    /// COPY and nothing else.
    private static final class Copier {
        private final String url;
        private byte[] rows = {};

        Copier(String url) {
            this.url = url;
        }

        /// What the store has stored, as COPY has it, and the partition for it.
        void takeRowsFrom(String other) throws SQLException, IOException {
            ByteArrayOutputStream copied = new ByteArrayOutputStream();
            try (Connection connection = DriverManager.getConnection(other)) {
                copies(connection).copyOut("COPY (SELECT * FROM event LIMIT " + ROWS + ") TO STDOUT", copied);
            }
            rows = copied.toByteArray();
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE event_all PARTITION OF event FOR VALUES FROM (MINVALUE) TO (MAXVALUE)");
            }
        }

        private static CopyManager copies(Connection connection) throws SQLException {
            return connection.unwrap(PGConnection.class).getCopyAPI();
        }

        double rate(boolean withIds, int seconds) throws Exception {
            List<Connection> connections = new ArrayList<>();
            for (int i = 0; i < COPIERS; i++) {
                Connection connection = DriverManager.getConnection(url);
                connection.setAutoCommit(false);
                connections.add(connection);
            }
            ThreadLocal<Connection> own = ThreadLocal.withInitial(() -> {
                synchronized (connections) {
                    return connections.removeLast();
                }
            });
            List<Connection> all = List.copyOf(connections);
            try {
                return PostgresEvents.rate(COPIERS, seconds, () -> {
                    Connection connection = own.get();
                    copies(connection).copyIn("COPY event FROM STDIN", new ByteArrayInputStream(rows), rows.length);
                    if (withIds) {
                        byte[] known = known();
                        copies(connection)
                                .copyIn("COPY event_known FROM STDIN", new ByteArrayInputStream(known), known.length);
                    }
                    connection.commit();
                    return ROWS;
                });
            } finally {
                for (Connection connection : all) {
                    connection.close();
                }
            }
        }

        private static byte[] known() {
            StringBuilder known = new StringBuilder(ROWS * 50);
            for (int i = 0; i < ROWS; i++) {
                known.append(UUID.randomUUID()).append('\t').append(i).append("\t\\N\n");
            }
            return known.toString().getBytes(StandardCharsets.US_ASCII);
        }
    }
}

package dev.licet.store.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.licet.core.checkup.Checkup;
import dev.licet.core.checkup.Promises;
import dev.licet.core.disk.DiskUse;
import dev.licet.core.event.EventLog;
import dev.licet.core.insight.Insights;
import dev.licet.core.removal.Removals;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.Entities;
import dev.licet.store.sql.entity.SqlStore;
import dev.licet.store.sql.move.MoveSource;
import dev.licet.store.sql.move.MoveTarget;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/// A store in one database of a PostgreSQL, version 15 or newer: entities, sessions, seats and events. Any
/// number of nodes may have it open; what one has acknowledged, all see.
public final class PostgresStore extends SqlStore {
    /// Connections that read entities, and as many again for events.
    public static final int READERS = 2 * Runtime.getRuntime().availableProcessors() + 2;
    /// The most connections that a node has: what reads, what writes entities and events, what removes and
    /// keeps.
    static final int CONNECTIONS = 2 * READERS + 6;

    private static final int CONNECT_SECONDS = 5;
    /// What an address may say otherwise. Details of errors have rows in them, which are nobody's but their
    /// account's.
    private static final Map<PGProperty, String> DEFAULTS = Map.of(
            PGProperty.CONNECT_TIMEOUT,
            Integer.toString(CONNECT_SECONDS),
            PGProperty.SOCKET_TIMEOUT,
            "60",
            PGProperty.TCP_KEEP_ALIVE,
            "true",
            PGProperty.SOCKET_FACTORY,
            KeptAliveSockets.class.getName(),
            PGProperty.TARGET_SERVER_TYPE,
            "primary",
            PGProperty.LOG_SERVER_ERROR_DETAIL,
            "false");
    private static final Duration LATELY = Duration.ofDays(7);

    private final PostgresDatabase database;
    private final Turns turns;
    private final EventWriter writer;
    private final EventReads reads;
    private final PostgresEventLog events;
    private final PostgresInsights insights;
    private final PostgresRemovals removals;
    private final EventRoller roller;
    private final EventKeeper keeper;
    private final Clock clock;
    private final Optional<Duration> kept;

    /// What a store takes on.
    ///
    /// @param queueRequests how many requests may wait to be written @param queueBytes how many bytes they may
    /// take
    /// @param kept how long events and what was held are kept; empty for ever
    /// @param changesKept how long the record of changes is
    /// @param scratch a directory of this process for files that are being exported
    public record Settings(
            int queueRequests,
            long queueBytes,
            InsightSettings insights,
            Optional<Duration> kept,
            Duration changesKept,
            Path scratch) {}

    /// A database. @param address as `postgresql://host:5432/database`; with several hosts the one that can be
    /// written
    public static DataSource source(String address, String user, Optional<String> password) {
        return driver(address, user, password);
    }

    static PGSimpleDataSource driver(String address, String user, Optional<String> password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:" + address);
        DEFAULTS.forEach((property, value) -> {
            if (!address.contains(property.getName() + "=")) {
                source.setProperty(property, value);
            }
        });
        source.setUser(user);
        password.ifPresent(source::setPassword);
        return source;
    }

    /// Looks at a database that is to be used, or is. @param kept how long events are
    public static Checkup checkup(String address, String user, Optional<String> password, Duration kept, Clock clock) {
        return checkup(driver(address, user, password), kept, clock, (one, other, tell) -> {
            try (PostgresStore here = trial(one, clock);
                    PostgresStore there = trial(other, clock)) {
                Promises.keep(here, there, clock, tell);
            }
        });
    }

    /// Looks at a database in which a part of all is kept. @param source as [#source] has it
    /// @param trial of the whole
    public static Checkup checkup(DataSource source, Duration kept, Clock clock, SchemaTrial trial) {
        return new PostgresCheckup((PGSimpleDataSource) source, kept, clock, trial);
    }

    private static PostgresStore trial(DataSource source, Clock clock) {
        return open(
                source,
                SchemaTrial.READERS,
                new Settings(
                        1000,
                        1 << 20,
                        InsightSettings.DEFAULT,
                        Optional.empty(),
                        Duration.ofDays(400),
                        Path.of(System.getProperty("java.io.tmpdir"))),
                false,
                clock,
                clock);
    }

    private PostgresStore(
            DataSource source, int readers, PostgresDatabase database, Turns turns, Settings settings, Clock clock) {
        super(Entities.of(database, turns, settings.kept()));
        this.database = database;
        this.turns = turns;
        this.clock = clock;
        this.kept = settings.kept();
        this.writer = new EventWriter(source, settings.queueRequests(), settings.queueBytes());
        this.reads = new EventReads(pool(source, readers));
        this.events = new PostgresEventLog(writer, reads, settings.scratch());
        this.insights = new PostgresInsights(reads, turns, settings.insights().timeout());
        this.removals = new PostgresRemovals(database, source, reads, clock);
        this.roller = new EventRoller(source);
        this.keeper = new EventKeeper(
                source,
                () -> PartitionDays.open(source, roller),
                settings.kept(),
                () -> Entities.retentions(database),
                clock);
    }

    /// Opens it, with its tables made or brought up to this version.
    ///
    /// @throws IllegalStateException when it can't be reached, is too old or does not keep all texts
    /// @param steady for how long something lasts
    public static PostgresStore open(DataSource source, Settings settings, Clock clock, Clock steady) {
        return open(source, READERS, settings, false, clock, steady);
    }

    /// Does the same. @param isReadOnly whether to write nothing, so that it can be moved meanwhile
    public static PostgresStore open(
            DataSource source, Settings settings, boolean isReadOnly, Clock clock, Clock steady) {
        return open(source, READERS, settings, isReadOnly, clock, steady);
    }

    /// @param readers connections that read entities, and as many again for events
    static PostgresStore open(
            DataSource source, int readers, Settings settings, boolean isReadOnly, Clock clock, Clock steady) {
        ChangeLog changes = new ChangeLog(clock, steady, settings.changesKept());
        PostgresDatabase database = isReadOnly
                ? PostgresDatabase.openReadOnly(source, readers, changes)
                : PostgresDatabase.open(source, readers, changes);
        Turns turns = new Turns("insight", settings.insights());
        try {
            if (isReadOnly) {
                EventPlace.POSTGRES.require(source);
            } else {
                EventPlace.POSTGRES.claim(source);
            }
            PostgresStore store = new PostgresStore(source, readers, database, turns, settings, clock);
            if (isReadOnly) {
                store.writer.holdStill();
                return store;
            }
            store.writer.start();
            store.removals.start();
            store.roller.start();
            store.keeper.start();
            return store;
        } catch (Throwable e) {
            turns.close();
            database.close();
            throw e;
        }
    }

    /// Reads a database for a move.
    public static MoveSource toMoveFrom(DataSource source) {
        return toMoveFrom(source, Optional.empty());
    }

    /// Reads one whose events are not in its tables.
    public static MoveSource toMoveFrom(DataSource source, EventsElsewhere.Opener events) {
        return toMoveFrom(source, Optional.of(events));
    }

    private static MoveSource toMoveFrom(DataSource source, Optional<EventsElsewhere.Opener> events) {
        try {
            return PostgresSource.open(source, events);
        } catch (SQLException e) {
            throw new IllegalStateException("can't read the database: " + e.getMessage(), e);
        }
    }

    /// Fills a database by a move.
    public static MoveTarget toMoveInto(DataSource source) {
        try {
            return PostgresTarget.open(source);
        } catch (SQLException e) {
            throw new IllegalStateException("can't open the database: " + e.getMessage(), e);
        }
    }

    private static HikariDataSource pool(DataSource source, int connections) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("events");
        config.setDataSource(source);
        config.setReadOnly(true);
        config.setAutoCommit(false);
        config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
        config.setConnectionInitSql(PostgresDatabase.PLAIN_QUOTES);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(Duration.ofSeconds(CONNECT_SECONDS).toMillis());
        return new HikariDataSource(config);
    }

    EventRoller roller() {
        return roller;
    }

    @Override
    public EventLog events() {
        return events;
    }

    @Override
    public Insights insights() {
        return insights;
    }

    @Override
    public Removals removals() {
        return removals;
    }

    @Override
    public DiskUse disk() {
        Instant now = clock.instant();
        Instant since = now.minus(LATELY);
        return reads.ask(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row =
                            statement.executeQuery("""
                            SELECT coalesce((SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits
                                WHERE inhparent = 'event'::regclass), 0)::bigint AS events_bytes,
                              pg_total_relation_size('event_known') AS ids_bytes,
                              pg_database_size(current_database()) AS all_bytes,
                              count(*) AS events,
                              count(*) FILTER (WHERE received_at >= TIMESTAMP '%s') AS lately,
                              min(received_at) AS first
                            FROM event""".formatted(LocalDateTime.ofInstant(since, ZoneOffset.UTC)))) {
                row.next();
                long ofEvents = row.getLong("events_bytes");
                long ofIds = row.getLong("ids_bytes");
                LocalDateTime first = row.getObject("first", LocalDateTime.class);
                Duration over = first == null || first.toInstant(ZoneOffset.UTC).isBefore(since)
                        ? LATELY
                        : Duration.between(first.toInstant(ZoneOffset.UTC), now);
                return new DiskUse(
                        0,
                        0,
                        ofEvents,
                        ofIds,
                        row.getLong("all_bytes") - ofEvents - ofIds,
                        OptionalLong.empty(),
                        0,
                        row.getLong("events"),
                        new DiskUse.Intake(over, row.getLong("lately")),
                        ofEvents + ofIds,
                        kept);
            }
        });
    }

    @Override
    public Optional<String> check() {
        return database.check().or(writer::check).or(reads::check);
    }

    @Override
    public void close() {
        writer.close();
        removals.close();
        keeper.close();
        roller.close();
        turns.close();
        reads.close();
        database.close();
    }
}

package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Unavailable;
import dev.licet.core.checkup.Finding;
import dev.licet.core.checkup.Promises;
import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.store.postgres.SchemaTrial;
import dev.licet.store.sql.InsightSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;

/// A topic and a database with random names, in which two nodes and a sink of the whole store are tried, beside a
/// schema of PostgreSQL; they are deleted then, also when who runs it is interrupted.
final class ScratchCluster {
    private static final System.Logger LOG = System.getLogger(ScratchCluster.class.getName());
    static final String DATABASES = "licet_doctor_";
    private static final int PARTITIONS = 2;
    /// How long a question waits for events that are on their way.
    private static final Duration ON_THE_WAY = Duration.ofSeconds(20);
    private static final Duration SILENCE = Duration.ofSeconds(10);
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);

    private final ClusterStore.Addresses addresses;
    private final KafkaCheckup kafka;
    private final ClickHouseCheckup clickHouse;
    private final Clock clock;
    private final EventTopic.Shape shape;
    private final String database = DATABASES + random();

    ScratchCluster(ClusterStore.Addresses addresses, KafkaCheckup kafka, ClickHouseCheckup clickHouse, Clock clock) {
        this.addresses = addresses;
        this.kafka = kafka;
        this.clickHouse = clickHouse;
        this.clock = clock;
        EventTopic.Shape like = addresses.shape();
        this.shape = new EventTopic.Shape(
                kafka.scratch(random()), PARTITIONS, like.replicas(), like.minInSync(), like.kept());
    }

    static String random() {
        return HexFormat.of().toHexDigits(new SecureRandom().nextInt());
    }

    /// @param one connections to PostgreSQL @param other the same, of another node
    void run(DataSource one, DataSource other, Consumer<Finding> tell) {
        leftovers(tell);
        try (ClickHouse outside = new ClickHouse(addresses.clickHouse())) {
            EventTable table = new EventTable(outside, addresses.cluster().map(EventTable.Cluster::new));
            try {
                outside.run("CREATE DATABASE " + database + table.on());
            } catch (Unavailable e) {
                Finding why = clickHouse.failure("promises", e);
                tell.accept(
                        ClickHouseCheckup.isNotAllowed(e)
                                ? notTried(why.says(), "GRANT CREATE DATABASE, DROP DATABASE ON " + DATABASES + "*.*")
                                : why);
                return;
            }
            try {
                keep(one, other, tell);
            } finally {
                endInterruption();
                outside.run("DROP DATABASE IF EXISTS " + database + table.on() + " SYNC");
                deleteTopic();
            }
        }
    }

    private static Finding notTried(String says, String todo) {
        return Finding.warning("promises", "not tried: " + says, todo + ", for as long as this is run");
    }

    private void keep(DataSource one, DataSource other, Consumer<Finding> tell) {
        @Nullable Path directory = null;
        try {
            directory = Files.createTempDirectory("licet-doctor");
            try (Sink ignored = ClusterStore.sink(
                            inside(one),
                            directory.resolve("sink"),
                            new Sink.Settings(1000, 1 << 20, Duration.ofMillis(10)));
                    ClusterStore here = open(one, directory);
                    ClusterStore there = open(other, directory)) {
                tell.accept(insertAgain());
                Promises.keep(here, there, clock, false, tell);
                endInterruption();
            }
        } catch (IOException e) {
            tell.accept(notTried("no file can be written: " + e.getMessage(), "have java.io.tmpdir be a directory"));
        } catch (IllegalStateException e) {
            if (!isNotAllowed(e)) {
                throw e;
            }
            tell.accept(notTried(
                    "it may not be made: " + e.getMessage(),
                    "allow this user to make, read, write and delete topics whose names begin with "
                            + kafka.scratch("")));
        } finally {
            deleteTree(directory);
        }
    }

    private static boolean isNotAllowed(Throwable e) {
        for (Throwable why = e; why != null; why = why.getCause()) {
            if (why instanceof AuthorizationException) {
                return true;
            }
        }
        return false;
    }

    private ClusterStore.Addresses inside(DataSource postgres) {
        return new ClusterStore.Addresses(
                postgres,
                addresses.kafka(),
                addresses.kafkaSettings(),
                shape,
                addresses.clickHouse().inside(database),
                addresses.cluster());
    }

    private ClusterStore open(DataSource postgres, Path directory) {
        return ClusterStore.open(
                inside(postgres),
                SchemaTrial.READERS,
                new ClusterStore.Settings(
                        1000,
                        1 << 20,
                        SILENCE,
                        InsightSettings.DEFAULT,
                        1_000_000,
                        Optional.empty(),
                        Duration.ofDays(400),
                        ON_THE_WAY,
                        directory),
                false,
                clock,
                clock);
    }

    /// As a sink does that does not know whether it has.
    private Finding insertAgain() {
        String about = "insert";
        RecordedEvent event = new RecordedEvent(
                1,
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                new UsageEvent(
                        ACCOUNT,
                        "rest",
                        Optional.empty(),
                        clock.instant().truncatedTo(ChronoUnit.MICROS),
                        Optional.of("again"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Optional.empty()));
        try (ClickHouse inside = new ClickHouse(addresses.clickHouse().inside(database))) {
            EventTable table = new EventTable(inside, addresses.cluster().map(EventTable.Cluster::new));
            for (int i = 0; i < 2; i++) {
                EventRows rows = new EventRows();
                rows.add(event, new EventRows.Source(0, 0));
                table.insert(rows, "again");
            }
            long there = inside.ask(
                            "SELECT count() FROM event WHERE account = ?",
                            List.of(ACCOUNT.value()),
                            row -> row.number(1))
                    .getFirst();
            return there == 1
                    ? Finding.ok(about, "one that is sent again counts once")
                    : Finding.broken(
                            about,
                            "one that was sent twice counts " + there + " times: what a sink sends again after an end"
                                    + " would, too",
                            "see what is told of the settings of ClickHouse");
        } catch (Unavailable e) {
            return clickHouse.failure(about, e);
        }
    }

    private void leftovers(Consumer<Finding> tell) {
        try (ClickHouse outside = new ClickHouse(addresses.clickHouse())) {
            outside.ask(
                            "SELECT name FROM system.databases WHERE startsWith(name, '" + DATABASES + "')",
                            List.of(),
                            row -> row.text(1).orElseThrow())
                    .forEach(left -> tell.accept(Finding.warning(
                            "leftover",
                            "the database " + left + " of ClickHouse is of a run that was killed, or of one that runs",
                            "DROP DATABASE " + left + " then")));
        }
    }

    private void deleteTopic() {
        try (Admin admin = Admin.create(EventTopic.settings(addresses.kafka(), addresses.kafkaSettings()))) {
            delete(admin, shape.name());
            EventTopic.await(admin.deleteConsumerGroups(List.of(EventTopic.sinks(shape.name())))
                    .all());
        } catch (ExecutionException e) {
            LOG.log(DEBUG, "a group without members goes by itself", e);
        }
    }

    /// Who interrupts waits for what is done then, which waits for answers.
    private static void endInterruption() {
        if (Thread.interrupted()) {
            LOG.log(DEBUG, "takes away what it has made");
        }
    }

    /// Deletes a topic, if it is there.
    static void delete(Admin admin, String topic) {
        endInterruption();
        try {
            EventTopic.await(admin.deleteTopics(List.of(topic)).all());
        } catch (ExecutionException e) {
            LOG.log(DEBUG, "the topic " + topic + " may be left, which the next run tells", e);
        }
    }

    private static void deleteTree(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOG.log(DEBUG, directory + " is left behind", e);
        }
    }
}

package dev.licet.store.cluster;

import com.clickhouse.client.api.ServerException;
import dev.licet.core.Unavailable;
import dev.licet.core.checkup.Clocks;
import dev.licet.core.checkup.Finding;
import dev.licet.store.sql.entity.Micros;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Looks at a ClickHouse of the user's own, and at the table of events in it.
final class ClickHouseCheckup {
    private static final int OLDEST = 25;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String SETTINGS = "clickhouse settings";
    private static final String TABLE = "clickhouse table";
    private static final String RIGHTS = "clickhouse rights";
    private static final List<String> NEEDED = List.of("SELECT", "INSERT", "CREATE TABLE", "ALTER DELETE");
    private static final String ORDER = "account, id";
    private static final String PARTS = "toYYYYMMDD(received_at)";
    private static final String SECONDS = "replicated_deduplication_window_seconds";

    /// How many inserts back one that comes again has to be known, and for how long.
    private static final long KNOWN_INSERTS = 10_000;

    private static final Duration KNOWN_FOR = Duration.ofDays(7);

    /// Which inserts do not say by themselves.
    private static final String DEDUPLICATION = "deduplicate_insert";

    /// Which is none of a statement.
    private static final String OF_HTTP = "wait_end_of_query";

    private static final int UNKNOWN_DATABASE = 81;
    private static final int SYNTAX_ERROR = 62;
    private static final int READONLY = 164;
    private static final int SETTING_CONSTRAINT = 452;
    private static final int ACCESS_DENIED = 497;
    private static final int AUTHENTICATION_FAILED = 516;

    private final ClickHouse.Settings settings;
    private final Optional<EventTable.Cluster> cluster;
    private final Clock clock;

    /// @param cluster on whose nodes the table is, or is to be
    ClickHouseCheckup(ClickHouse.Settings settings, Optional<EventTable.Cluster> cluster, Clock clock) {
        this.settings = settings;
        this.cluster = cluster;
        this.clock = clock;
    }

    /// @return whether something can be tried there
    boolean look(Consumer<Finding> tell) {
        List<URI> reached = new ArrayList<>();
        boolean isUsable = true;
        for (URI address : settings.addresses()) {
            String about = "clickhouse " + address.getAuthority();
            try (ClickHouse one = new ClickHouse(settings.at(address, PATIENCE))) {
                isUsable &= one(about, one, tell);
                reached.add(address);
            } catch (Unavailable e) {
                Finding finding = failure(about, e);
                tell.accept(
                        settings.addresses().size() == 1 || refusal(e).isPresent()
                                ? finding
                                : Finding.warning(finding.about(), finding.says(), finding.todo()));
                isUsable &= refusal(e).isEmpty();
            }
        }
        if (reached.isEmpty()) {
            return false;
        }
        try (ClickHouse one = new ClickHouse(settings.at(reached.getFirst(), PATIENCE))) {
            return isUsable & all(one, tell);
        }
    }

    private boolean one(String about, ClickHouse one, Consumer<Finding> tell) {
        String version = text(one, "SELECT version()");
        boolean isNew = Integer.parseInt(version.substring(0, version.indexOf('.'))) >= OLDEST;
        tell.accept(
                isNew
                        ? Finding.ok(about, "reached as " + settings.user() + ", ClickHouse " + version)
                        : Finding.broken(about, "ClickHouse " + version + " is too old", "use 25 or newer"));
        tell.accept(Clocks.compare(
                "clickhouse clock",
                "the server's at " + about.substring(about.indexOf(' ') + 1),
                "its log tells the wrong times",
                clock,
                () -> Micros.instant(number(one, "SELECT toUnixTimestamp64Micro(now64(6))"))));
        return isNew;
    }

    @FunctionalInterface
    private interface Sight {
        void look(ClickHouse one, Consumer<Finding> tell);
    }

    private boolean all(ClickHouse one, Consumer<Finding> tell) {
        List<Finding> found = new ArrayList<>();
        Consumer<Finding> hears = finding -> {
            found.add(finding);
            tell.accept(finding);
        };
        Map<String, Sight> sights = new TreeMap<>(Map.of(
                RIGHTS,
                this::rights,
                SETTINGS,
                ClickHouseCheckup::settings,
                TABLE,
                this::table,
                "clickhouse room",
                ClickHouseCheckup::room,
                "clickhouse encryption",
                this::encryption));
        if (cluster.isPresent()) {
            sights.put("clickhouse cluster", this::nodes);
        }
        sights.forEach((about, sight) -> {
            try {
                sight.look(one, hears);
            } catch (Unavailable e) {
                Finding finding = failure(about, e);
                tell.accept(Finding.warning(about, "can't be looked at: " + finding.says(), finding.todo()));
            }
        });
        return found.stream()
                .noneMatch(finding -> finding.state() == Finding.State.BROKEN
                        && !finding.about().equals(TABLE));
    }

    private void rights(ClickHouse one, Consumer<Finding> tell) {
        long readOnly = number(one, "SELECT toInt64(value) FROM system.settings WHERE name = 'readonly'");
        if (readOnly != 0) {
            tell.accept(Finding.broken(
                    RIGHTS, "the user " + settings.user() + " may only read (readonly)", "use one who may write"));
            return;
        }
        List<String> lacking =
                NEEDED.stream().filter(privilege -> !has(one, privilege)).toList();
        tell.accept(
                lacking.isEmpty()
                        ? Finding.ok(RIGHTS, settings.user() + " may make, read and write the table")
                        : Finding.broken(
                                RIGHTS,
                                settings.user() + " lacks " + String.join(", ", lacking) + " on " + settings.database(),
                                "GRANT " + String.join(", ", lacking) + " ON " + settings.database() + ".* TO "
                                        + settings.user()));
    }

    private boolean has(ClickHouse one, String privilege) {
        try {
            return number(one, "CHECK GRANT " + privilege + " ON " + quoted(settings.database()) + ".*") != 0;
        } catch (Unavailable e) {
            if (refusal(e).map(ServerException::getCode).equals(Optional.of(SYNTAX_ERROR))) {
                return true; // an older one does not tell
            }
            throw e;
        }
    }

    /// Of the user. What an insert needs it says by itself, if the user may.
    private static void settings(ClickHouse one, Consumer<Finding> tell) {
        String wanted = ClickHouse.OF_INSERTS.entrySet().stream()
                .filter(setting -> !setting.getKey().equals(OF_HTTP))
                .map(setting -> setting.getKey() + " = " + setting.getValue())
                .sorted()
                .collect(Collectors.joining(", "));
        try {
            one.ask("SELECT 1 SETTINGS " + wanted, List.of(), row -> row.number(1));
        } catch (Unavailable e) {
            if (refusal(e).map(ServerException::getCode).equals(Optional.of(SETTING_CONSTRAINT))) {
                tell.accept(Finding.broken(
                        SETTINGS,
                        "an insert may not say what it needs: "
                                + refusal(e).orElseThrow().getMessage(),
                        "take the constraint out of the user's settings profile: " + wanted));
                return;
            }
            throw e;
        }
        if (text(one, "SELECT value FROM system.settings WHERE name = '" + DEDUPLICATION + "'")
                .equals("disable")) {
            tell.accept(Finding.broken(
                    SETTINGS,
                    DEDUPLICATION + " is disable: an insert that is sent again would count twice",
                    "take it out of the user's settings profile, or set it to enable"));
            return;
        }
        List<String> changed = one.ask(
                "SELECT concat(name, ' = ', value) FROM system.settings WHERE changed"
                        + " AND (name = 'async_insert' AND value = '1' OR name = 'insert_deduplicate' AND value = '0')"
                        + " ORDER BY name",
                List.of(),
                row -> row.text(1).orElseThrow());
        tell.accept(
                changed.isEmpty()
                        ? Finding.ok(SETTINGS, "an insert may say what it needs")
                        : Finding.warning(
                                SETTINGS,
                                String.join(", ", changed) + " for this user: the sinks' inserts say otherwise, and one"
                                        + " by hand would not be known again if it is sent twice",
                                "take it out of the user's settings profile"));
    }

    /// What there is of it.
    private record Made(String engine, String order, String parts, String full) {
        Optional<String> setting(String name) {
            Matcher matcher = Pattern.compile("\\b" + name + " = (\\w+)").matcher(full);
            return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
        }
    }

    private void table(ClickHouse one, Consumer<Finding> tell) {
        String name = new EventTable(one, cluster).local();
        List<Made> found = one.ask(
                "SELECT engine, sorting_key, partition_key, engine_full FROM system.tables"
                        + " WHERE database = currentDatabase() AND name = ?",
                List.of(name),
                row -> new Made(
                        row.text(1).orElseThrow(),
                        row.text(2).orElseThrow(),
                        row.text(3).orElseThrow(),
                        row.text(4).orElseThrow()));
        if (found.isEmpty()) {
            tell.accept(Finding.ok(TABLE, "none yet; the first server makes it"));
            return;
        }
        Made made = found.getFirst();
        boolean isReplicated = made.engine().startsWith("Replicated");
        Set<String> lacking = new HashSet<>(EventTable.COLUMNS);
        one.ask(
                        "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = ?",
                        List.of(name),
                        row -> row.text(1).orElseThrow())
                .forEach(lacking::remove);
        if (!made.engine().endsWith("ReplacingMergeTree")
                || !made.order().equals(ORDER)
                || !made.parts().equals(PARTS)
                || !lacking.isEmpty()
                || isReplicated != cluster.isPresent()) {
            tell.accept(Finding.broken(
                    TABLE,
                    name + " is not as this version makes it: " + made.engine() + " PARTITION BY " + made.parts()
                            + " ORDER BY " + made.order()
                            + (lacking.isEmpty() ? "" : ", without " + String.join(", ", lacking)),
                    "give it a database of its own, and see whether 'clickhouse-cluster' is as it was"));
            return;
        }
        List<Finding> wrong = new ArrayList<>();
        known(one, name, made, isReplicated).ifPresent(wrong::add);
        if (!made.setting("fsync_after_insert").equals(Optional.of("1"))) {
            wrong.add(Finding.warning(
                    TABLE,
                    "fsync_after_insert is off: what was inserted last is lost with the machine's power, and is not"
                            + " inserted again",
                    "ALTER TABLE " + name + " MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1"));
        }
        String failed = text(
                one,
                "SELECT any(latest_fail_reason) FROM system.mutations WHERE database = currentDatabase()"
                        + " AND NOT is_done AND latest_fail_reason != ''");
        if (!failed.isEmpty()) {
            wrong.add(Finding.warning(
                    TABLE, "what is to be erased is not yet: " + failed, "see system.mutations, and mend that"));
        }
        if (isReplicated
                && number(one, "SELECT count() FROM system.replicas WHERE database = currentDatabase() AND is_readonly")
                        > 0) {
            wrong.add(Finding.broken(TABLE, "it is read-only: it has no keeper", "look into the server's log"));
        }
        if (wrong.isEmpty()) {
            wrong.add(Finding.ok(TABLE, name + " knows inserts again, and has them on the disk"));
        }
        wrong.forEach(tell);
    }

    /// What the table knows of inserts, so that one that is sent again counts once.
    private static Optional<Finding> known(ClickHouse one, String name, Made made, boolean isReplicated) {
        String window = isReplicated ? "replicated_deduplication_window" : "non_replicated_deduplication_window";
        long inserts = Long.parseLong(made.setting(window).orElseGet(() -> byDefault(one, window)));
        if (inserts < KNOWN_INSERTS) {
            String says = window + " is " + inserts;
            String todo = "ALTER TABLE " + name + " MODIFY SETTING " + window + " = " + KNOWN_INSERTS;
            return Optional.of(
                    inserts == 0
                            ? Finding.broken(TABLE, says + ": an insert that is sent again counts twice", todo)
                            : Finding.warning(
                                    TABLE, says + ": an insert that is sent again after so many counts twice", todo));
        }
        if (!isReplicated) {
            return Optional.empty();
        }
        long seconds = Long.parseLong(made.setting(SECONDS).orElseGet(() -> byDefault(one, SECONDS)));
        return seconds >= KNOWN_FOR.toSeconds()
                ? Optional.empty()
                : Optional.of(Finding.warning(
                        TABLE,
                        SECONDS + " is " + seconds + ": an insert that a sink sends again after having been away for"
                                + " longer counts twice",
                        "ALTER TABLE " + name + " MODIFY SETTING " + SECONDS + " = " + KNOWN_FOR.toSeconds()));
    }

    private static String byDefault(ClickHouse one, String setting) {
        String value = text(
                one,
                "SELECT value FROM system." + (setting.startsWith("replicated") ? "replicated_" : "")
                        + "merge_tree_settings WHERE name = '" + setting + "'");
        return value.isEmpty() ? "0" : value;
    }

    private static void room(ClickHouse one, Consumer<Finding> tell) {
        one.ask(
                        "SELECT name, toInt64(free_space), toInt64(total_space) FROM system.disks"
                                + " WHERE total_space > 0 AND total_space < 1e18",
                        List.of(),
                        row -> {
                            long percent = 100 * (row.number(2) >> 20) / Math.max(1, row.number(3) >> 20);
                            String says = "the disk " + row.text(1).orElse("") + " has " + (row.number(2) >> 30)
                                    + " GiB free, " + percent + " %";
                            return percent < 10
                                    ? Finding.warning("clickhouse room", says, "make room, or keep events shorter")
                                    : Finding.ok("clickhouse room", says);
                        })
                .forEach(tell);
    }

    private void encryption(ClickHouse ignored, Consumer<Finding> tell) {
        boolean isOpen = settings.addresses().stream()
                .anyMatch(address -> "http".equals(address.getScheme())
                        && !address.getAuthority().matches("(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]+)?"));
        tell.accept(
                isOpen
                        ? Finding.warning(
                                "clickhouse encryption",
                                "the connection has no TLS, so who is on its way reads all",
                                "use https://host:8443 in 'clickhouse'")
                        : Finding.ok("clickhouse encryption", "TLS, or on one machine"));
    }

    /// Of `clickhouse-cluster`: all there, with a keeper, and each with a name of its own.
    private void nodes(ClickHouse one, Consumer<Finding> tell) {
        String about = "clickhouse cluster";
        String name = cluster.orElseThrow().name();
        long all = number(one, "SELECT count() FROM system.clusters WHERE cluster = '" + name + "'");
        if (all == 0) {
            tell.accept(Finding.broken(
                    about,
                    "ClickHouse knows no cluster " + name,
                    "have it in remote_servers of ClickHouse's settings, or mend 'clickhouse-cluster'"));
            return;
        }
        long reached = number(
                one,
                "SELECT count() FROM clusterAllReplicas('" + name + "', system.one)"
                        + " SETTINGS skip_unavailable_shards = 1");
        tell.accept(
                reached == all
                        ? Finding.ok(about, "all " + all + " nodes reach each other")
                        : Finding.broken(
                                about,
                                reached + " of " + all + " nodes of " + name + " are reached",
                                "start the others, or take them out of the cluster: tables are made and erased on all"));
        long macros = number(
                one,
                "SELECT count() FROM clusterAllReplicas('" + name + "', system.macros)"
                        + " WHERE macro IN ('shard', 'replica') SETTINGS skip_unavailable_shards = 1");
        if (macros < 2 * reached) {
            tell.accept(Finding.broken(
                    about, "not each node has the macros shard and replica", "set them in macros of its settings"));
        }
        try {
            number(one, "SELECT count() FROM system.zookeeper WHERE path = '/'");
        } catch (Unavailable e) {
            tell.accept(Finding.broken(
                    about, "it has no keeper: " + failure(about, e).says(), "name one in its settings (zookeeper)"));
        }
        if (number(
                        one,
                        "SELECT count() FROM system.clusters WHERE cluster = '" + name
                                + "' AND NOT internal_replication")
                > 0) {
            tell.accept(Finding.warning(
                    about,
                    "internal_replication is off: each insert goes to every replica, which gets it from another, too",
                    "set it to true for each shard in remote_servers"));
        }
    }

    private static long number(ClickHouse one, String question) {
        return one.ask(question, List.of(), row -> row.number(1)).stream()
                .findFirst()
                .orElse(0L);
    }

    private static String text(ClickHouse one, String question) {
        return one.ask(question, List.of(), row -> row.text(1).orElse("")).stream()
                .findFirst()
                .orElse("");
    }

    static String quoted(String database) {
        return '`' + database.replace("\\", "\\\\").replace("`", "\\`") + '`';
    }

    static boolean isNotAllowed(Unavailable e) {
        return refusal(e).map(ServerException::getCode).equals(Optional.of(ACCESS_DENIED));
    }

    private static Optional<ServerException> refusal(Throwable e) {
        for (Throwable why = e; why != null; why = why.getCause()) {
            if (why instanceof ServerException refusal) {
                return Optional.of(refusal);
            }
        }
        return Optional.empty();
    }

    Finding failure(String about, Unavailable e) {
        Optional<ServerException> refusal = refusal(e);
        if (refusal.isEmpty()) {
            Throwable why = e;
            while (why.getCause() != null) {
                why = why.getCause();
            }
            return Finding.broken(
                    about,
                    "not reached: " + why.getMessage(),
                    "check that it runs, and that its HTTP interface is where 'clickhouse' says");
        }
        String todo = switch (refusal.get().getCode()) {
            case AUTHENTICATION_FAILED ->
                "check 'clickhouse-user' and what is in the file of 'clickhouse-password-file'";
            case UNKNOWN_DATABASE -> "CREATE DATABASE " + quoted(settings.database());
            case READONLY -> "use a user who may write, and whose settings are not fixed (readonly)";
            case SETTING_CONSTRAINT -> "take the constraint out of the user's settings profile";
            case ACCESS_DENIED -> "GRANT it to " + settings.user();
            default -> "look into the server's log";
        };
        return Finding.broken(about, String.valueOf(refusal.get().getMessage()), todo);
    }
}

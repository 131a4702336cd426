package dev.licet.store.postgres;

import dev.licet.core.checkup.Clocks;
import dev.licet.core.checkup.Finding;
import dev.licet.core.checkup.Finding.State;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One thing to look at in a server of PostgreSQL, by plain SQL that any user may ask.
///
/// @param about the thing, for when it can't be looked at
record ServerLook(String about, Sight sight) {
    private static final String VERSION = "version";
    private static final String ENCODING = "encoding";
    private static final String TABLES = "tables";
    private static final String RIGHTS = "rights";
    private static final Set<String> TO_TRY_ANYTHING =
            Set.of(VERSION, ENCODING, RIGHTS, "settings", "standby", "connections");

    /// What has to be so for what is committed to stay.
    private static final Map<String, String> MUST_BE = new TreeMap<>(Map.of(
            "fsync", "on",
            "full_page_writes", "on",
            "zero_damaged_pages", "off",
            "ignore_checksum_failure", "off",
            "default_transaction_read_only", "off"));

    /// What ends work of a server that goes on for long, such as an export, or its connections.
    private static final List<String> TIMEOUTS =
            List.of("statement_timeout", "transaction_timeout", "idle_session_timeout");

    private static final Duration LONG_TRANSACTION = Duration.ofMinutes(10);
    private static final long FAR_BEHIND = 64L << 20;
    private static final Pattern SYNCHRONOUS = Pattern.compile("(?i)\\s*(?:first|any)?\\s*([0-9]+)\\s*\\(.*\\)\\s*");
    private static final String SCHEMA = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())";

    @FunctionalInterface
    interface Sight {
        void look(Asking ask, Consumer<Finding> tell) throws SQLException;
    }

    /// @param kept how long events are
    static List<ServerLook> all(Duration kept, Clock clock) {
        return List.of(
                new ServerLook(VERSION, ServerLook::version),
                new ServerLook(ENCODING, ServerLook::encoding),
                new ServerLook(RIGHTS, ServerLook::rights),
                new ServerLook(TABLES, ServerLook::tables),
                new ServerLook("settings", ServerLook::settings),
                new ServerLook("synchronous_commit", ServerLook::commits),
                new ServerLook("standby", ServerLook::standbys),
                new ServerLook("connections", ServerLook::connections),
                new ServerLook("locks", (ask, tell) -> locks(ask, kept, tell)),
                new ServerLook("timeouts", ServerLook::timeouts),
                new ServerLook("clock", (ask, tell) -> clocks(ask, clock, tell)),
                new ServerLook("encryption", ServerLook::encryption),
                new ServerLook("transactions", (ask, tell) -> transactions(ask, clock, tell)),
                new ServerLook("log", ServerLook::log));
    }

    void at(Asking ask, Consumer<Finding> tell) {
        try {
            sight.look(ask, tell);
        } catch (SQLException e) {
            tell.accept(Finding.warning(about, "can't be looked at: " + e.getMessage(), "look at it yourself"));
        }
    }

    /// Whether a trial would fail because of this, or wait for ever.
    static boolean leavesNothingToTry(Finding finding) {
        return finding.state() == State.BROKEN && TO_TRY_ANYTHING.contains(finding.about());
    }

    private static void version(Asking ask, Consumer<Finding> tell) throws SQLException {
        String version = ask.text("current_setting('server_version')");
        tell.accept(
                ask.number("current_setting('server_version_num')") < PostgresDatabase.OLDEST_SERVER
                        ? Finding.broken(VERSION, version + " is too old", "use PostgreSQL 15 or newer")
                        : Finding.ok(VERSION, version));
    }

    private static void encoding(Asking ask, Consumer<Finding> tell) throws SQLException {
        String encoding = ask.text("current_setting('server_encoding')");
        String locale = ask.text("SELECT datcollate FROM pg_database WHERE datname = current_database()");
        tell.accept(
                encoding.equals("UTF8")
                        ? Finding.ok(ENCODING, "UTF8; the locale " + locale + " is of no matter")
                        : Finding.broken(
                                ENCODING,
                                encoding + " does not have all letters",
                                "createdb --encoding=UTF8 --template=template0"));
    }

    private static void rights(Asking ask, Consumer<Finding> tell) throws SQLException {
        String user = ask.text("current_user");
        String schema = ask.text("current_schema()");
        if (schema.isEmpty()) {
            tell.accept(Finding.broken(
                    RIGHTS,
                    user + " may use no schema of search_path " + ask.text("current_setting('search_path')"),
                    "GRANT USAGE, CREATE ON SCHEMA public TO " + user));
            return;
        }
        if (!ask.isTrue("has_schema_privilege(current_schema(), 'CREATE')")) {
            tell.accept(Finding.broken(
                    RIGHTS,
                    user + " may not make tables in the schema " + schema,
                    "make it the database's owner, or GRANT CREATE ON SCHEMA " + schema + " TO " + user));
            return;
        }
        if (ask.isTrue("EXISTS (SELECT 1 FROM pg_class WHERE relname IN ('event', 'account') AND relnamespace = "
                + SCHEMA + " AND NOT pg_has_role(relowner, 'USAGE'))")) {
            tell.accept(Finding.broken(
                    RIGHTS,
                    "the tables belong to another user, and each day of events is a new one",
                    "use that user, or REASSIGN OWNED BY … TO " + user));
            return;
        }
        tell.accept(
                ask.isTrue("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                        ? Finding.warning(
                                RIGHTS, user + " is a superuser, who may do more than needed", "use one who is not")
                        : Finding.ok(RIGHTS, user + " may make tables in the schema " + schema));
    }

    private static void tables(Asking ask, Consumer<Finding> tell) throws SQLException {
        if (!ask.isTrue("to_regclass('flyway_schema_history') IS NOT NULL")) {
            long others = ask.number(
                    "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'S') AND relnamespace = " + SCHEMA);
            tell.accept(
                    others == 0
                            ? Finding.ok(TABLES, "none yet; the first server makes them")
                            : Finding.broken(
                                    TABLES,
                                    others + " of something else are in the schema " + ask.text("current_schema()"),
                                    "give it a database of its own"));
            return;
        }
        String version = ask.text(
                "SELECT version FROM flyway_schema_history WHERE success ORDER BY installed_rank DESC LIMIT 1");
        boolean isNewer = ask.isTrue("EXISTS (SELECT 1 FROM flyway_schema_history WHERE version::numeric > "
                + PostgresDatabase.SCHEMA_VERSION + ")");
        if (isNewer) {
            tell.accept(Finding.broken(
                    TABLES,
                    "of version " + version + ", and this program knows " + PostgresDatabase.SCHEMA_VERSION,
                    "use the newer Licet that made them"));
        } else if (version.equals(PostgresDatabase.SCHEMA_VERSION)) {
            tell.accept(Finding.ok(TABLES, "of version " + version + ", which is the newest"));
        } else {
            tell.accept(Finding.warning(
                    TABLES,
                    "of version " + version + ", and the newest is " + PostgresDatabase.SCHEMA_VERSION,
                    "back up; the next server that starts brings them up"));
        }
    }

    private static void settings(Asking ask, Consumer<Finding> tell) throws SQLException {
        boolean isFine = true;
        for (Map.Entry<String, String> each : MUST_BE.entrySet()) {
            String is = ask.text("current_setting('" + each.getKey() + "')");
            if (!is.equals(each.getValue())) {
                isFine = false;
                tell.accept(Finding.broken(
                        "settings",
                        each.getKey() + " is " + is + origin(ask, each.getKey())
                                + ": what is acknowledged would not be kept",
                        "set it to " + each.getValue() + " there"));
            }
        }
        if (isFine) {
            tell.accept(Finding.ok("settings", "those that keep what is committed are as they have to be"));
        }
    }

    /// By whom it was set, in brackets.
    private static String origin(Asking ask, String setting) throws SQLException {
        String source = ask.text("SELECT source FROM pg_settings WHERE name = '" + setting + "'");
        return switch (source) {
            case "database" -> " (by ALTER DATABASE)";
            case "user" -> " (by ALTER ROLE)";
            case "database user" -> " (by ALTER ROLE IN DATABASE)";
            case "client" -> " (by the address in 'postgres')";
            default -> " (" + source + ")";
        };
    }

    private static void commits(Asking ask, Consumer<Finding> tell) throws SQLException {
        String is = ask.text("current_setting('synchronous_commit')");
        boolean hasStandbys =
                !ask.text("current_setting('synchronous_standby_names')").isEmpty();
        boolean isLess = is.equals("off") || hasStandbys && (is.equals("local") || is.equals("remote_write"));
        tell.accept(
                isLess
                        ? Finding.warning(
                                "synchronous_commit",
                                is + origin(ask, "synchronous_commit")
                                        + "; servers switch it on for themselves, others who write here don't",
                                "set it to on")
                        : Finding.ok("synchronous_commit", is));
    }

    /// Of whom it is waited for, and whether they are there. How they are doing, not every user may see.
    private static void standbys(Asking ask, Consumer<Finding> tell) throws SQLException {
        String names = ask.text("current_setting('synchronous_standby_names')");
        long needed = neededStandbys(names);
        boolean sees = ask.isTrue("pg_has_role('pg_read_all_stats', 'USAGE')");
        long attached = ask.number("SELECT count(*) FROM pg_stat_replication");
        long synchronous = sees
                ? ask.number("SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')")
                : attached;
        if (sees) {
            tellOfEach(ask, tell);
        } else if (attached > 0) {
            tell.accept(Finding.warning(
                    "standby",
                    attached + " attached, of which this user may not see more",
                    "GRANT pg_read_all_stats TO " + ask.text("current_user")));
        }
        if (synchronous < needed) {
            tell.accept(Finding.broken(
                    "standby",
                    "synchronous_standby_names waits for " + needed + " (" + names + "), and " + synchronous
                            + " are attached: nothing is ever acknowledged",
                    "start it, or take its name out"));
        } else if (needed == 0 && attached > 0) {
            tell.accept(Finding.warning(
                    "standby",
                    "no success waits for one: what the primary alone had is lost with its disk",
                    "name it in synchronous_standby_names, if that is not what you want"));
        } else if (needed == 0) {
            tell.accept(Finding.ok("standby", "none: what is acknowledged is on the disk of one machine"));
        }
    }

    private static void tellOfEach(Asking ask, Consumer<Finding> tell) throws SQLException {
        String behind = "coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn), 0)";
        String each = "SELECT concat(coalesce(nullif(application_name, ''), 'one without a name'), ' is ', state, ' (',"
                + " sync_state, '), ', pg_size_pretty(" + behind + "), ' behind') FROM pg_stat_replication WHERE ";
        for (String standby : ask.texts(each + behind + " <= " + FAR_BEHIND)) {
            tell.accept(Finding.ok("standby", standby));
        }
        for (String standby : ask.texts(each + behind + " > " + FAR_BEHIND)) {
            tell.accept(Finding.warning("standby", standby, "see what holds it up before you need it"));
        }
    }

    private static long neededStandbys(String names) {
        if (names.isBlank()) {
            return 0;
        }
        Matcher several = SYNCHRONOUS.matcher(names);
        return several.matches() ? Long.parseLong(several.group(1)) : 1;
    }

    private static void connections(Asking ask, Consumer<Finding> tell) throws SQLException {
        long ofAll = ask.number("""
                SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                  - coalesce(current_setting('reserved_connections', true)::int, 0)""");
        long most = ask.number("""
                SELECT least(%d, (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()),
                  (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user))""".formatted(ofAll));
        long open = ask.number("SELECT sum(numbackends) FROM pg_stat_database");
        int node = PostgresStore.CONNECTIONS;
        String says = "this user may have " + most + " and " + open + " are open; a server on this machine takes up to "
                + node;
        if (most < node) {
            tell.accept(
                    Finding.broken("connections", says, "raise max_connections, or the user's or database's limit"));
        } else if (ofAll - open < node) {
            tell.accept(Finding.warning("connections", says, "raise max_connections before you start another server"));
        } else {
            tell.accept(Finding.ok("connections", says));
        }
    }

    /// A question about all days locks the table and the index of each.
    private static void locks(Asking ask, Duration kept, Consumer<Finding> tell) throws SQLException {
        long there = ask.number("SELECT current_setting('max_locks_per_transaction')::bigint"
                + " * (current_setting('max_connections')::bigint"
                + " + current_setting('max_prepared_transactions')::bigint)");
        long needed = 2 * (kept.toDays() + 2) * PostgresStore.READERS;
        String says = "room for " + there + "; questions of one server about all days take up to " + needed;
        tell.accept(
                there < needed
                        ? Finding.warning("locks", says, "raise max_locks_per_transaction")
                        : Finding.ok("locks", says));
    }

    private static void timeouts(Asking ask, Consumer<Finding> tell) throws SQLException {
        boolean isFine = true;
        for (String timeout : TIMEOUTS) {
            String is = ask.text("current_setting('" + timeout + "', true)"); // not every version has each
            if (!is.isEmpty() && !is.equals("0")) {
                isFine = false;
                tell.accept(Finding.warning(
                        "timeouts",
                        timeout + " is " + is + origin(ask, timeout) + ", which ends long work of a server",
                        "ALTER ROLE " + ask.text("current_user") + " SET " + timeout + " = 0"));
            }
        }
        if (isFine) {
            tell.accept(Finding.ok("timeouts", "none that end long work"));
        }
    }

    /// By the middle of the way there and back.
    private static void clocks(Asking ask, Clock clock, Consumer<Finding> tell) throws SQLException {
        tell.accept(Clocks.compare(
                "clock",
                "the server's",
                "seats and sessions end by each server's clock",
                clock,
                () -> Instant.EPOCH.plusNanos(
                        1000 * ask.number("SELECT extract(epoch FROM clock_timestamp()) * 1000000"))));
    }

    private static void encryption(Asking ask, Consumer<Finding> tell) throws SQLException {
        if (ask.isTrue("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
            tell.accept(Finding.ok("encryption", "the connection has TLS"));
        } else if (ask.isTrue("coalesce(inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1', true)")) {
            tell.accept(Finding.ok("encryption", "none, and none is needed on one machine"));
        } else {
            tell.accept(Finding.warning(
                    "encryption",
                    "the connection has no TLS, so who is on its way reads all",
                    "add ?sslmode=verify-full&sslrootcert=FILE to 'postgres'"));
        }
    }

    private static void transactions(Asking ask, Clock clock, Consumer<Finding> tell) throws SQLException {
        long oldest = ask.number("""
                SELECT floor(extract(epoch FROM coalesce(min(since), now()))) FROM (
                  SELECT xact_start AS since FROM pg_stat_activity WHERE backend_type = 'client backend'
                  UNION ALL SELECT prepared FROM pg_prepared_xacts) AS running""");
        Duration longest = Duration.ofSeconds(clock.instant().getEpochSecond() - oldest);
        String seen = ask.isTrue("pg_has_role('pg_read_all_stats', 'USAGE')") ? "" : " of those that this user sees";
        tell.accept(
                longest.compareTo(LONG_TRANSACTION) > 0
                        ? Finding.warning(
                                "transactions",
                                "the longest" + seen + " runs for " + longest
                                        + ": what was deleted since takes room as long as it does",
                                "find it in pg_stat_activity or pg_prepared_xacts, and end it")
                        : Finding.ok("transactions", "none" + seen + " runs for long"));
    }

    /// What keeps the log of changes from going, until the disk is full.
    private static void log(Asking ask, Consumer<Finding> tell) throws SQLException {
        for (String slot : ask.texts("""
                SELECT concat(slot_name, ', and it keeps ',
                    pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)), ' of the log')
                FROM pg_replication_slots WHERE NOT active AND restart_lsn IS NOT NULL""")) {
            tell.accept(Finding.warning(
                    "log",
                    "nobody reads the replication slot " + slot + ", which grows until the disk is full",
                    "have it read, or pg_drop_replication_slot"));
        }
        if (ask.isTrue("SELECT failed_count > 0 AND last_failed_time > coalesce(last_archived_time, '-infinity')"
                + " FROM pg_stat_archiver")) {
            tell.accept(Finding.warning(
                    "log",
                    "it is not archived since " + ask.text("SELECT last_failed_time FROM pg_stat_archiver")
                            + ", and stays until the disk is full",
                    "see to archive_command"));
        }
        tell.accept(Finding.ok(
                "log",
                "max_wal_size is " + ask.text("current_setting('max_wal_size')") + ", and the database takes "
                        + ask.text("pg_size_pretty(pg_database_size(current_database()))")
                        + "; how much of the disk is free SQL does not tell"));
    }
}

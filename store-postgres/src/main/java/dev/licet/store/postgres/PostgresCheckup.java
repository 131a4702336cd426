package dev.licet.store.postgres;

import dev.licet.core.checkup.Checkup;
import dev.licet.core.checkup.Finding;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/// Looks at a PostgreSQL of the user's own: whether it is reached, what it is set to, what it says of itself;
/// and has something tried in a [scratch schema][ScratchSchema]. All it sees is what the given user may see.
final class PostgresCheckup implements Checkup {
    private static final int LOGIN_SECONDS = 10;
    private static final int PATIENCE_SECONDS = 10;

    /// PostgreSQL waits for so long at times before it looks whether it is to be promoted, once its primary is gone.
    private static final String WAITS_LONG =
            "(SELECT setting::int > 1000 FROM pg_settings WHERE name = 'wal_retrieve_retry_interval')";

    private final PGSimpleDataSource source;
    private final Duration kept;
    private final Clock clock;
    private final ScratchSchema scratch;

    /// @param kept how long events are
    PostgresCheckup(PGSimpleDataSource source, Duration kept, Clock clock, SchemaTrial trial) {
        this.source = source;
        this.kept = kept;
        this.clock = clock;
        this.scratch = new ScratchSchema(source, trial);
    }

    @Override
    public void run(Consumer<Finding> tell) {
        Optional<PGSimpleDataSource> primary = primary(tell);
        if (primary.isEmpty()) {
            return;
        }
        List<Finding> found = new ArrayList<>();
        try (Connection connection = primary.get().getConnection();
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(PATIENCE_SECONDS);
            Asking asking = new Asking(statement);
            for (ServerLook look : ServerLook.all(kept, clock)) {
                look.at(asking, finding -> {
                    found.add(finding);
                    tell.accept(finding);
                });
            }
        } catch (SQLException e) {
            tell.accept(unreachable("connection", e));
            return;
        }
        if (found.stream().anyMatch(ServerLook::leavesNothingToTry)) {
            tell.accept(Finding.warning(
                    "promises", "not tried, because of what is broken above", "mend that, and run this again"));
            return;
        }
        scratch.run(tell);
    }

    /// Looks at each host by itself, since which one the driver takes is no matter to it.
    private Optional<PGSimpleDataSource> primary(Consumer<Finding> tell) {
        String[] hosts = source.getServerNames();
        List<PGSimpleDataSource> primaries = new ArrayList<>();
        for (int i = 0; i < hosts.length; i++) {
            String host = hosts[i] + ":" + source.getPortNumbers()[i];
            PGSimpleDataSource one = copy(source);
            one.setServerNames(new String[] {hosts[i]});
            one.setPortNumbers(new int[] {source.getPortNumbers()[i]});
            one.setProperty(PGProperty.TARGET_SERVER_TYPE, "any");
            one.setLoginTimeout(LOGIN_SECONDS);
            try (Connection connection = one.getConnection();
                    Statement statement = connection.createStatement()) {
                Asking ask = new Asking(statement);
                boolean isStandby = ask.isTrue("pg_is_in_recovery()");
                if (!isStandby) {
                    primaries.add(one);
                }
                String reached = "reached as " + source.getUser() + ", a " + (isStandby ? "standby" : "primary") + ", "
                        + ask.text("split_part(version(), ' on ', 1)");
                tell.accept(
                        isStandby && ask.isTrue(WAITS_LONG)
                                ? Finding.warning(
                                        "host " + host,
                                        reached + "; when it is promoted it may wait for "
                                                + ask.text("current_setting('wal_retrieve_retry_interval')"),
                                        "set its wal_retrieve_retry_interval to 200ms")
                                : Finding.ok("host " + host, reached));
            } catch (SQLException e) {
                Finding finding = unreachable("host " + host, e);
                tell.accept(
                        hosts.length == 1 ? finding : Finding.warning(finding.about(), finding.says(), finding.todo()));
            }
        }
        if (primaries.isEmpty()) {
            tell.accept(Finding.broken(
                    "primary",
                    "no host that is named can be written",
                    "name the primary in 'postgres', or both: postgresql://db1:5432,db2:5432/licet"));
        } else if (primaries.size() > 1) {
            tell.accept(Finding.broken(
                    "primary",
                    primaries.size() + " hosts can be written: each would have some of what is acknowledged",
                    "stop all but the right one before anything else"));
        }
        return primaries.size() == 1 ? Optional.of(primaries.getFirst()) : Optional.empty();
    }

    private static Finding unreachable(String about, SQLException e) {
        String todo = switch (String.valueOf(e.getSQLState())) {
            case "28P01" -> "check 'postgres-user' and what is in the file of 'postgres-password-file'";
            case "28000" -> "let this user and machine in: pg_hba.conf of the server, and the user's LOGIN";
            case "3D000" -> "make the database: createdb --owner=USER --encoding=UTF8 --template=template0 NAME";
            case "53300" -> "raise max_connections, or end some of those that are open";
            case "57P03" -> "wait until it has started, or look into its log";
            default -> "check that it runs, and listens where 'postgres' says (listen_addresses, a firewall)";
        };
        return Finding.broken(about, "not reached: " + e.getMessage(), todo);
    }

    static PGSimpleDataSource copy(PGSimpleDataSource source) {
        PGSimpleDataSource copy = new PGSimpleDataSource();
        copy.setUrl(source.getUrl());
        copy.setUser(source.getUser());
        copy.setPassword(source.getPassword());
        return copy;
    }

    @Override
    public void close() {
        scratch.close();
    }
}

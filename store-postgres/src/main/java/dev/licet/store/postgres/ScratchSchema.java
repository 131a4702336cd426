package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.checkup.Finding;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.postgresql.ds.PGSimpleDataSource;

/// A schema with a random name, in which [something is tried][SchemaTrial] and which is dropped then. Its
/// connections have its name, too, so that those that hang can be ended.
final class ScratchSchema implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ScratchSchema.class.getName());
    private static final String PREFIX = "licet_doctor_";
    private static final String NOT_PERMITTED = "42501";
    /// How long a commit may wait for standbys.
    private static final int PATIENCE_SECONDS = 5;

    private final String name = PREFIX + HexFormat.of().toHexDigits(new SecureRandom().nextInt());
    private final PGSimpleDataSource source;
    private final PGSimpleDataSource inside;
    private final SchemaTrial trial;
    private boolean isMade;
    private volatile boolean isClosed;

    ScratchSchema(PGSimpleDataSource source, SchemaTrial trial) {
        this.source = source;
        this.inside = PostgresCheckup.copy(source);
        this.trial = trial;
        inside.setCurrentSchema(name);
        inside.setApplicationName(name);
    }

    /// What fails because it was closed meanwhile is not told.
    void run(Consumer<Finding> told) {
        Consumer<Finding> tell = finding -> {
            if (!isClosed) {
                told.accept(finding);
            }
        };
        try {
            tellLeftovers(tell);
            if (make(tell)) {
                trial.in(inside, new Elsewhere(inside), tell);
            }
        } catch (SQLException | RuntimeException e) {
            tell.accept(
                    Finding.broken("promises", "could not be tried: " + e.getMessage(), "look into the server's log"));
        } finally {
            close();
        }
    }

    /// Whose connections are of another time zone.
    private static final class Elsewhere extends PGSimpleDataSource {
        private static final long serialVersionUID = 1L;

        Elsewhere(PGSimpleDataSource like) {
            setUrl(like.getUrl());
            setUser(like.getUser());
            setPassword(like.getPassword());
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TimeZone TO 'Pacific/Kiritimati'");
                return connection;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        }
    }

    private void tellLeftovers(Consumer<Finding> tell) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            List<String> left = new Asking(statement)
                    .texts("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, '" + PREFIX + "')"
                            + " AND pg_has_role(nspowner, 'USAGE')"
                            + " AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = nspname)");
            for (String schema : left) {
                tell.accept(Finding.warning(
                        "leftover",
                        "the schema " + schema + " is of an earlier run that was killed",
                        "DROP SCHEMA " + schema + " CASCADE"));
            }
        }
    }

    /// The first commit of the trial, so it is seen here whether one is ever done.
    private synchronized boolean make(Consumer<Finding> tell) throws SQLException {
        if (isClosed) {
            return false;
        }
        try (Connection connection = PostgresDatabase.writing(source);
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(PATIENCE_SECONDS); // at the server's end none counts in a commit
            isMade = true;
            statement.execute("CREATE SCHEMA " + name);
            SQLWarning warning = statement.getWarnings();
            if (warning == null) {
                return true;
            }
            tell.accept(Finding.broken(
                    "commit",
                    "it was not done within " + PATIENCE_SECONDS + " s: " + warning.getMessage(),
                    "have a standby of synchronous_standby_names attached"));
            return false;
        } catch (SQLException e) {
            if (!NOT_PERMITTED.equals(e.getSQLState())) {
                throw e;
            }
            isMade = false;
            tell.accept(Finding.warning(
                    "promises",
                    "not tried: this user may not make a schema in this database",
                    "GRANT CREATE ON DATABASE … TO " + source.getUser() + ", for as long as this is run"));
            return false;
        }
    }

    /// Ends what works in it, and drops it; once.
    @Override
    public synchronized void close() {
        if (isMade && !isClosed) {
            try (Connection connection = PostgresDatabase.writing(source);
                    Statement statement = connection.createStatement()) {
                statement.setQueryTimeout(PATIENCE_SECONDS);
                statement.execute("SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
                        + " WHERE application_name = '" + name + "'");
                statement.execute("DROP SCHEMA IF EXISTS " + name + " CASCADE");
            } catch (SQLException e) {
                LOG.log(DEBUG, "the schema " + name + " is left behind, which the next run tells", e);
            }
        }
        isClosed = true;
    }
}

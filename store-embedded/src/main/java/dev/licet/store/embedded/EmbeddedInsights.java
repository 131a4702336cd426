package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.insight.Insights;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Table;
import dev.licet.store.sql.Engine;
import dev.licet.store.sql.Extent;
import dev.licet.store.sql.InsightQuery;
import dev.licet.store.sql.InsightSql;
import dev.licet.store.sql.Rolled;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.Micros;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Asks the event table.
final class EmbeddedInsights implements Insights {
    private static final System.Logger LOG = System.getLogger(EmbeddedInsights.class.getName());

    /// Made for the first question: to load the library takes longer than to answer one.
    private static final class Sql {
        private static final InsightSql DUCKDB = new InsightSql(Engine.DUCKDB);

        private Sql() {}
    }

    private final EventTable table;
    private final CatchUp catchUp;
    private final Turns turns;

    /// Waits until what was acknowledged is in the table.
    interface CatchUp {
        /// @return whether it is
        boolean isDone();
    }

    EmbeddedInsights(EventTable table, CatchUp catchUp, Turns turns) {
        this.table = table;
        this.catchUp = catchUp;
        this.turns = turns;
    }

    @Override
    public Found find(List<Question> questions) {
        boolean complete = catchUp.isDone();
        AtomicReference<@Nullable Statement> running = new AtomicReference<>();
        try {
            return turns.run(
                    questions.getFirst().scope().account(),
                    () -> table.work(connection -> found(connection, questions, running::set, complete)),
                    () -> cancel(running.get()));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException) {
                LOG.log(ERROR, "an insight failed", e.getCause());
                throw new Unavailable("the event table can't answer now", Duration.ofSeconds(2), e);
            }
            throw new IllegalStateException("an insight failed", e.getCause());
        }
    }

    private static Found found(
            Connection connection, List<Question> questions, InsightQuery.Watch watch, boolean complete)
            throws SQLException, IOException {
        connection.setAutoCommit(false); // all of it looks at one state
        State state = state(connection, questions.getFirst().scope().account());
        List<Table> tables = new ArrayList<>();
        long events = 0;
        for (Question question : questions) {
            InsightQuery.Counted counted =
                    Sql.DUCKDB.of(question, state.rolled()).run(connection, watch);
            events = tables.isEmpty() ? counted.events() : events;
            tables.add(counted.table());
        }
        return new Found(tables, events, state.last(), received(connection, state.last()), complete);
    }

    /// @param last event that can be seen
    private record State(long last, Optional<Rolled> rolled) {}

    /// In one statement, and numbers stand in it: to plan one takes longer than to run it.
    private static State state(Connection connection, AccountNumber account) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT (" + EventTable.APPLIED + ") AS applied, ("
                        + Rollups.LAST + ") AS rolled, (" + Rollups.zoneOf(account) + ") AS zone")) {
            row.next();
            long rolled = row.getLong("rolled");
            Optional<ZoneId> zone = Optional.ofNullable(row.getString("zone")).flatMap(Rolled::zone);
            return new State(row.getLong("applied"), zone.map(of -> new Rolled(of, new Extent.UpTo(rolled))));
        }
    }

    private static Optional<Instant> received(Connection connection, long id) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT epoch_us(received_at) FROM event WHERE id = " + id)) {
            return row.next() ? Optional.of(Micros.instant(row.getLong(1))) : Optional.empty();
        }
    }

    private static void cancel(@Nullable Statement running) {
        if (running == null) {
            return; // its turn had not come
        }
        try {
            running.cancel();
        } catch (SQLException hasEnded) {
            LOG.log(System.Logger.Level.DEBUG, "nothing to cancel", hasEnded);
        }
    }
}

package dev.licet.store.postgres;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.licet.core.Unavailable;
import dev.licet.core.insight.Insights;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Table;
import dev.licet.store.sql.Engine;
import dev.licet.store.sql.InsightQuery;
import dev.licet.store.sql.InsightSql;
import dev.licet.store.sql.Rolled;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.Micros;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Asks the table of events; all of a question looks at one state.
final class PostgresInsights implements Insights {
    private static final System.Logger LOG = System.getLogger(PostgresInsights.class.getName());

    private final InsightSql sql = new InsightSql(Engine.POSTGRESQL);
    private final EventReads reads;
    private final Turns turns;
    private final Duration timeout;

    /// @param timeout after which a statement ends, whoever waits for it
    PostgresInsights(EventReads reads, Turns turns, Duration timeout) {
        this.reads = reads;
        this.turns = turns;
        this.timeout = timeout;
    }

    @Override
    public Found find(List<Question> questions) {
        AtomicReference<@Nullable Statement> running = new AtomicReference<>();
        try {
            return turns.run(
                    questions.getFirst().scope().account(),
                    () -> reads.inOneState(connection -> found(connection, questions, running::set)),
                    () -> cancel(running.get()));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException) {
                LOG.log(ERROR, "an insight failed", e.getCause());
                throw new Unavailable("the events can't be asked now", Duration.ofSeconds(2), e);
            }
            throw new IllegalStateException("an insight failed", e.getCause());
        }
    }

    private Found found(Connection connection, List<Question> questions, InsightQuery.Watch watch) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL statement_timeout = " + timeout.toMillis());
        }
        long asOf;
        Optional<Instant> received;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT last_id, cast(extract(epoch from received_at) * 1000000"
                        + " as bigint) AS received_us FROM event_position")) {
            row.next();
            asOf = row.getLong("last_id");
            long micros = row.getLong("received_us");
            received = row.wasNull() ? Optional.empty() : Optional.of(Micros.instant(micros));
        }
        List<Table> tables = new ArrayList<>();
        long events = 0;
        Optional<Rolled> rolled =
                Rollups.of(connection, questions.getFirst().scope().account());
        for (Question question : questions) {
            InsightQuery.Counted counted = stored(sql.of(question, rolled)).run(connection, watch);
            events = tables.isEmpty() ? counted.events() : events;
            tables.add(read(counted.table()));
        }
        return new Found(tables, events, asOf, received, true);
    }

    /// What it names, as the table has it.
    private static InsightQuery stored(InsightQuery query) {
        return new InsightQuery(
                Texts.stored(query.sql()),
                query.arguments().stream()
                        .map(argument -> argument instanceof String text ? Texts.stored(text) : argument)
                        .toList(),
                query.columns(),
                query.unit());
    }

    private static Table read(Table table) {
        List<List<@Nullable Object>> rows = new ArrayList<>(table.rows().size());
        for (List<@Nullable Object> row : table.rows()) {
            List<@Nullable Object> cells = new ArrayList<>(row);
            cells.replaceAll(cell -> cell instanceof String text ? Texts.read(text) : cell);
            rows.add(cells);
        }
        return new Table(table.columns(), rows);
    }

    private static void cancel(@Nullable Statement running) {
        if (running == null) {
            return; // its turn had not come
        }
        try {
            running.cancel();
        } catch (SQLException hasEnded) {
            LOG.log(DEBUG, "nothing to cancel", hasEnded);
        }
    }
}

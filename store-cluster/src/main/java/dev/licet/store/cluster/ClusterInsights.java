package dev.licet.store.cluster;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.core.Unavailable;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.insight.Insights;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Table;
import dev.licet.store.sql.Engine;
import dev.licet.store.sql.InsightQuery;
import dev.licet.store.sql.InsightSql;
import dev.licet.store.sql.Rolled;
import dev.licet.store.sql.Turns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// Asks the table of events, and what is counted of them. Each question looks at one state of it; of several, each
/// at its own, which is at least as new as what the answer says.
final class ClusterInsights implements Insights {
    private static final System.Logger LOG = System.getLogger(ClusterInsights.class.getName());

    /// With counts, which are made anew now and then.
    private static final int TRIES = 3;

    private final InsightSql sql = new InsightSql(Engine.CLICKHOUSE);
    private final ClickHouse database;
    private final EventProgress progress;
    private final Counts counts;
    private final Turns turns;
    private final Duration timeout;

    /// What is counted of an account's events already. Safe for threads.
    interface Counts {
        Optional<Rolled> of(AccountNumber account);

        /// Whether all of that still counts.
        boolean still(AccountNumber account, Rolled rolled);
    }

    /// @param timeout after which a statement ends, whoever waits for it
    ClusterInsights(ClickHouse database, EventProgress progress, Counts counts, Turns turns, Duration timeout) {
        this.database = database;
        this.progress = progress;
        this.counts = counts;
        this.turns = turns;
        this.timeout = timeout;
    }

    @Override
    public Found find(List<Question> questions) {
        String id = UUID.randomUUID().toString();
        try {
            return turns.run(questions.getFirst().scope().account(), () -> found(questions, id), () -> stop(id));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Unavailable unavailable) {
                throw unavailable;
            }
            throw new IllegalStateException("an insight failed", e.getCause());
        }
    }

    /// What it takes out of counts has to count still when it is answered: else some of their rows may have been
    /// deleted before they were read. Events are there all the time.
    private Found found(List<Question> questions, String id) {
        EventProgress.Inserted inserted = progress.inserted();
        AccountNumber account = questions.getFirst().scope().account();
        for (int i = 0; i < TRIES; i++) {
            Optional<Rolled> rolled = counts.of(account);
            Found found = found(questions, id, inserted, rolled);
            if (rolled.isEmpty() || counts.still(account, rolled.get())) {
                return found;
            }
        }
        return found(questions, id, inserted, Optional.empty());
    }

    private Found found(List<Question> questions, String id, EventProgress.Inserted inserted, Optional<Rolled> rolled) {
        List<Table> tables = new ArrayList<>();
        long events = 0;
        for (Question question : questions) {
            InsightQuery.Counted counted = counted(sql.of(question, rolled), id);
            events = tables.isEmpty() ? counted.events() : events;
            tables.add(counted.table());
        }
        return new Found(tables, events, inserted.last(), inserted.receivedAt(), inserted.isAll());
    }

    private InsightQuery.Counted counted(InsightQuery query, String id) {
        int columns = query.columns().size() + 1;
        List<List<@Nullable Object>> rows = database.ask(
                new ClickHouse.Statement(query.sql(), query.arguments(), Optional.of(id), timeout),
                row -> cells(row, columns));
        return query.read(new InsightQuery.Cursor<RuntimeException>() {
            private final Iterator<List<@Nullable Object>> left = rows.iterator();
            private List<@Nullable Object> current = List.of();

            @Override
            public boolean next() {
                if (!left.hasNext()) {
                    return false;
                }
                current = left.next();
                return true;
            }

            @Override
            public @Nullable Object cell(int column) {
                return current.get(column - 1);
            }
        });
    }

    private static List<@Nullable Object> cells(ClickHouse.Row row, int columns) {
        List<@Nullable Object> cells = new ArrayList<>(columns);
        for (int i = 1; i <= columns; i++) {
            cells.add(row.get(i));
        }
        return cells;
    }

    private void stop(String id) {
        try {
            database.kill(id);
        } catch (Unavailable e) {
            LOG.log(DEBUG, "it ends by itself when its time is over", e);
        }
    }
}

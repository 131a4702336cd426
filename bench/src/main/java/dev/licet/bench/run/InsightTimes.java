package dev.licet.bench.run;

import dev.licet.bench.StoreFill;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.insight.Field;
import dev.licet.core.insight.Filter;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Scope;
import dev.licet.core.insight.Span;
import dev.licet.core.insight.Unit;
import dev.licet.core.insight.Who;
import dev.licet.store.embedded.EmbeddedStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.duckdb.DuckDBDriver;

/// `insights`: each kind of question, over a statement that somebody who knows DuckDB writes for the same answer.
final class InsightTimes implements Measure {
    private static final int EVENTS = 10_000_000;
    private static final int FEW_EVENTS = 200_000;
    private static final double SECONDS_A_SIDE = 2;
    private static final Duration LIMIT = Duration.ofMinutes(10);
    /// Prague's clocks are two hours ahead in all of that time.
    private static final Span SPAN = new Span(
            Instant.parse("2026-09-21T22:00:00Z"), Instant.parse("2026-10-20T22:00:00Z"), ZoneId.of("Europe/Prague"));
    private static final String EVENTS_OF_SPAN = """
            event WHERE account = %s AND happened_at >= TIMESTAMP '2026-09-21 22:00:00'
              AND happened_at < TIMESTAMP '2026-10-20 22:00:00'""";
    private static final String EVENTS_BEFORE_ITS_END =
            "event WHERE account = %s AND happened_at < TIMESTAMP '2026-10-20 22:00:00'";
    private static final String LOCAL = "(happened_at + INTERVAL 2 HOUR)";

    @Override
    public String name() {
        return "insights";
    }

    @Override
    public String question() {
        return """
                How long does an insight over ten million events of a month take, of 400,000 machines? Each kind is \
                asked in the process of an open store, over SQL written by hand for the same answer, on a copy of the \
                same table in the same process; for the same one, it orders events of one time by their ids, too, where \
                the order counts (paths); what is quick is asked again for two seconds a side, and the mean \
                counts. Both have 1 GiB of memory and two threads. What every answer \
                has besides, how many events it rests on and as of when, the SQL need not say.""";
    }

    @Override
    public List<Figure> figures() {
        return questions(new AccountNumber(100_000_000_000_001L)).keySet().stream()
                .map(kind -> Figure.ratio(kind, "s", "the bare SQL", Target.atMost(1.2, 1.0)))
                .toList();
    }

    /// A question, and SQL for it: `EVENTS` stands for those of the span, `EVER` for those before its end, `LOCAL` for
    /// the local time.
    private record Asked(Question question, String sql) {}

    private static Map<String, Asked> questions(AccountNumber account) {
        Scope scope = new Scope(account, Optional.empty(), Optional.empty(), SPAN, List.of());
        Map<String, Asked> questions = new LinkedHashMap<>();
        questions.put("timeseries", new Asked(new Question.Timeseries(scope, Unit.DAY, Optional.empty(), 1), """
                SELECT date_trunc('day', LOCAL) d, count(*), sum(value) FILTER (WHERE currency IS NULL)
                FROM EVENTS GROUP BY d ORDER BY d"""));
        questions.put(
                "timeseries by feature",
                new Asked(new Question.Timeseries(scope, Unit.DAY, Optional.of(Field.Column.FEATURE), 10), """
                SELECT date_trunc('day', LOCAL) d, feature, count(*), sum(value) FILTER (WHERE currency IS NULL)
                FROM EVENTS AND feature IN (SELECT feature FROM EVENTS GROUP BY feature ORDER BY count(*) DESC LIMIT 10)
                GROUP BY d, feature ORDER BY d, feature"""));
        questions.put("actives", new Asked(new Question.Actives(scope, Unit.DAY, Who.MACHINE), """
                SELECT date_trunc('day', LOCAL) d, count(DISTINCT machine), count(*)
                FROM EVENTS AND machine IS NOT NULL GROUP BY d ORDER BY d"""));
        questions.put(
                "breakdown", new Asked(new Question.Breakdown(scope, Field.Column.FEATURE, Who.MACHINE, 50), """
                SELECT feature, count(*) n, count(DISTINCT machine), sum(value) FILTER (WHERE currency IS NULL)
                FROM EVENTS GROUP BY feature ORDER BY n DESC, feature LIMIT 50"""));
        questions.put(
                "breakdown of a property",
                new Asked(new Question.Breakdown(scope, new Field.Property(List.of("version")), Who.KEY, 50), """
                SELECT metadata->>'$.version' v, count(*) n, count(DISTINCT key),
                  sum(value) FILTER (WHERE currency IS NULL)
                FROM EVENTS GROUP BY v ORDER BY n DESC, v LIMIT 50"""));
        questions.put(
                "revenue",
                new Asked(new Question.Revenue(scope, Optional.of(Unit.WEEK), Optional.empty(), Set.of()), """
                SELECT date_trunc('week', LOCAL) w, upper(currency) c, sum(value), count(*)
                FROM EVENTS AND currency IS NOT NULL AND value IS NOT NULL GROUP BY w, c ORDER BY w, c"""));
        questions.put(
                "funnel",
                new Asked(
                        new Question.Funnel(
                                scope,
                                List.of(is("Feature 1"), is("Feature 2"), is("Feature 3")),
                                Duration.ofDays(7),
                                Who.MACHINE,
                                Optional.empty()),
                        """
                WITH e AS (
                  SELECT machine, happened_at t, feature f FROM EVENTS AND machine IS NOT NULL
                    AND feature IN ('Feature 1', 'Feature 2', 'Feature 3')),
                a AS (SELECT *, max(CASE WHEN f = 'Feature 1' THEN t END) OVER w b1 FROM e
                  WINDOW w AS (PARTITION BY machine ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
                b AS (SELECT *, CASE WHEN f = 'Feature 2' AND t - b1 <= INTERVAL 7 DAY THEN b1 END r2 FROM a),
                c AS (SELECT *, max(r2) OVER w b2 FROM b
                  WINDOW w AS (PARTITION BY machine ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
                SELECT count(DISTINCT machine) FILTER (WHERE f = 'Feature 1'),
                  count(DISTINCT machine) FILTER (WHERE r2 IS NOT NULL),
                  count(DISTINCT machine) FILTER (WHERE f = 'Feature 3' AND t - b2 <= INTERVAL 7 DAY) FROM c"""));
        questions.put("retention", new Asked(new Question.Retention(scope, Unit.WEEK, Who.MACHINE), """
                WITH p AS (SELECT DISTINCT machine, date_trunc('week', LOCAL) w FROM EVER AND machine IS NOT NULL),
                f AS (SELECT machine, min(w) c FROM p GROUP BY machine)
                SELECT c, w, count(*) FROM p JOIN f USING (machine) GROUP BY c, w ORDER BY c, w"""));
        questions.put("churn", new Asked(new Question.Churn(scope, Unit.WEEK, Who.MACHINE), """
                WITH p AS (SELECT DISTINCT machine, date_trunc('week', LOCAL) w FROM EVER AND machine IS NOT NULL),
                l AS (SELECT w, lag(w) OVER (PARTITION BY machine ORDER BY w) b FROM p)
                SELECT w, count(*), count(*) FILTER (WHERE b IS NULL),
                  count(*) FILTER (WHERE b = w - INTERVAL 7 DAY) FROM l GROUP BY w ORDER BY w"""));
        questions.put(
                "paths",
                new Asked(new Question.Paths(scope, Field.Column.FEATURE, Optional.empty(), Who.SESSION, 5, 100), """
                WITH e AS (SELECT session s, happened_at t, id, feature f, lag(feature) OVER w b FROM EVENTS
                  AND session IS NOT NULL AND feature IS NOT NULL
                  WINDOW w AS (PARTITION BY session ORDER BY happened_at, id)),
                k AS (SELECT f, lead(f) OVER w n, row_number() OVER w i FROM e WHERE f IS DISTINCT FROM b
                  WINDOW w AS (PARTITION BY s ORDER BY t, id))
                SELECT i, f, n, count(*) c FROM k WHERE i <= 5 GROUP BY i, f, n ORDER BY c DESC LIMIT 100"""));
        questions.put(
                "percentiles",
                new Asked(
                        new Question.Percentiles(scope, Optional.empty(), Optional.of(Field.Column.FEATURE), 50), """
                SELECT feature, count(*), min(value), quantile_disc(value, [0.5, 0.75, 0.9, 0.95, 0.99]), max(value)
                FROM EVENTS AND value IS NOT NULL GROUP BY feature ORDER BY feature"""));
        questions.put(
                "versions",
                new Asked(
                        new Question.Versions(scope, Unit.WEEK, new Field.Property(List.of("version")), Who.MACHINE),
                        """
                SELECT w, v, count(*) FROM (
                  SELECT date_trunc('week', LOCAL) w, machine, arg_max(metadata->>'$.version', happened_at) v
                  FROM EVENTS AND machine IS NOT NULL GROUP BY w, machine) GROUP BY w, v ORDER BY w, v"""));
        return questions;
    }

    private static List<Filter> is(String feature) {
        return List.of(new Filter(Field.Column.FEATURE, Filter.Test.IS, List.of(feature)));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        int events = kit.options().quick() ? FEW_EVENTS : EVENTS;
        Path data = kit.directory().resolve("data");
        AccountNumber account =
                AccountNumber.parse(Licet.initialise(kit, data).accountNumber()).orElseThrow();
        Kit.Tool.run(
                LIMIT,
                kit.java(
                                StoreFill.class.getName(),
                                List.of(),
                                List.of(data.toString(), Integer.toString(events), account.toString()))
                        .toArray(String[]::new));
        Path table = kit.directory().resolve("copy.duckdb");
        Files.copy(data.resolve("events.duckdb"), table);
        if (Files.exists(data.resolve("events.duckdb.wal"))) {
            Files.copy(data.resolve("events.duckdb.wal"), kit.directory().resolve("copy.duckdb.wal"));
        }
        Properties settings = new Properties();
        settings.setProperty("memory_limit", "1GiB");
        EmbeddedStore store = EmbeddedStore.open(data);
        Connection bare = new DuckDBDriver().connect("jdbc:duckdb:" + table, settings);
        Map<String, Asked> questions = questions(account);
        for (Map.Entry<String, Asked> asked : questions.entrySet()) {
            System.out.printf(Locale.ROOT, "%s: bare %.2f s%n", asked.getKey(), bare(bare, asked.getValue(), account));
            System.out.printf(Locale.ROOT, "%s: asked %.2f s%n", asked.getKey(), asked(store, asked.getValue()));
        }
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                List<Pair> pairs = new ArrayList<>();
                for (Asked asked : questions.values()) {
                    pairs.add(Contest.inTurn(
                            yardstickFirst,
                            () -> mean(() -> bare(bare, asked, account)),
                            () -> mean(() -> asked(store, asked))));
                }
                return pairs;
            }

            @Override
            public List<String> notes() {
                return List.of(String.format(Locale.ROOT, "%,d events of one account", events));
            }

            @Override
            public void close() throws Exception {
                bare.close();
                store.close();
            }
        };
    }

    /// Of as many times as it takes to pass some seconds: one quarter of a second alone is mostly chance.
    private static double mean(Contest.Side once) throws Exception {
        double seconds = 0;
        int times = 0;
        while (seconds < SECONDS_A_SIDE) {
            seconds += once.measure();
            times++;
        }
        return seconds / times;
    }

    private static double bare(Connection connection, Asked asked, AccountNumber account) throws SQLException {
        String sql = asked.sql()
                .replace("EVENTS", String.format(EVENTS_OF_SPAN, account))
                .replace("EVER", String.format(EVENTS_BEFORE_ITS_END, account))
                .replace("LOCAL", LOCAL);
        long began = System.nanoTime();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                for (int i = 1; i <= columns; i++) {
                    rows.getObject(i);
                }
            }
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private static double asked(EmbeddedStore store, Asked asked) {
        long began = System.nanoTime();
        store.insights().find(List.of(asked.question()));
        return (System.nanoTime() - began) / 1e9;
    }
}

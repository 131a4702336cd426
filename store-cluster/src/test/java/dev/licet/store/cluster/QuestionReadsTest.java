package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.insight.Field;
import dev.licet.core.insight.Filter;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Scope;
import dev.licet.core.insight.Span;
import dev.licet.core.insight.Unit;
import dev.licet.core.insight.Who;
import dev.licet.store.postgres.PostgresDatabase;
import dev.licet.store.postgres.PostgresServer;
import dev.licet.store.postgres.PostgresStore;
import dev.licet.store.sql.Engine;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.InsightSql;
import dev.licet.store.sql.Rolled;
import dev.licet.store.sql.Turns;
import dev.licet.store.sql.entity.ChangeLog;
import dev.licet.store.sql.entity.Entities;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// How much ClickHouse reads for a question about a month, in its own words: with counts and without, and with the
/// events in another order. It is a measurement: it runs when `-Dlicet.reads.events` says of how many.
@EnabledIfSystemProperty(named = "licet.reads.events", matches = "[0-9]+", disabledReason = "takes minutes")
@EnabledIf("dev.licet.store.cluster.TestStore#isToBeTried")
class QuestionReadsTest {
    private static final long EVENTS = Long.getLong("licet.reads.events", 400_000);
    private static final int DAYS = 40;
    private static final int ACCOUNTS = 4;
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST + 1);
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
    private static final Pattern READ = Pattern.compile("\"read_rows\":\"(\\d+)\",\"read_bytes\":\"(\\d+)\"");

    /// Events of four hours of each day, the ids in the order of receipt. Most happened shortly before; one of
    /// fifty up to a month, one of two thousand in 1970.
    private static final String FILL = """
            INSERT INTO %s (id, received_at, account, source, happened_us, happened_at, name, feature, product, key,
              machine, end_user, session, value, currency, metadata, kafka_partition, kafka_offset)
            SELECT id, received, account, 'rest', toUnixTimestamp64Micro(happened), happened,
              'name ' || toString(rand(3) %% 20), 'feature ' || toString(rand(4) %% 50), rand(5) %% 5,
              'key ' || toString(rand(6) %% 2000), 'machine ' || toString(rand(7) %% 5000),
              'user ' || toString(rand(8) %% 3000), 'session ' || toString(rand(9) %% 100000), rand(10) %% 1000,
              if(rand(11) %% 10 = 0, 'EUR', NULL), '{"version":"' || toString(rand(12) %% 30) || '"}', 0, id
            FROM (
              SELECT number + 1 AS id, addDays(
                  addMilliseconds(toDateTime64('2026-01-01 08:00:00', 6, 'UTC'), intDiv((number %% per_day) * 14400000, per_day)),
                  intDiv(number, per_day)) AS received,
                %d + rand(1) %% %d AS account, multiIf(
                  rand(2) %% 2000 = 7, toDateTime64('1970-01-01 00:00:00', 6, 'UTC'),
                  rand(2) %% 50 = 9, subtractSeconds(received, rand(13) %% 2592000),
                  subtractSeconds(received, rand(14) %% 600)) AS happened
              FROM (SELECT number, intDiv(%d, %d) AS per_day FROM numbers(%4$d)))
            SETTINGS max_partitions_per_insert_block = 1000""";

    private DataSource source;
    private PostgresDatabase entities;
    private Turns turns;
    private ClickHouse database;
    private String name;
    private EventCounter counter;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void open(@TempDir Path directory) {
        source = PostgresStore.source(PostgresServer.address(directory), "licet", Optional.empty());
        entities = PostgresDatabase.open(source, 1, ChangeLog.keepingAll());
        turns = new Turns("insight", InsightSettings.DEFAULT);
        Entities.of(entities, turns, Optional.empty())
                .accounts()
                .add(new Account(ACCOUNT, "account", SigningKey.generate(), false, Instant.EPOCH));
        ClickHouseServer server = ClickHouseServer.shared();
        name = server.database(directory);
        database = server.client(name);
        EventTable table = new EventTable(database, Optional.empty());
        table.make();
        CountTables counts = new CountTables(table);
        counts.make();
        counter = new EventCounter(source, counts, TestCluster.COUNTED_AT_ONCE);
        fill("event");
    }

    private void fill(String table) {
        database.run(FILL.formatted(table, AccountNumber.FIRST, ACCOUNTS, EVENTS, DAYS));
        database.run("OPTIMIZE TABLE " + table + " FINAL");
        assertThat(database.ask("SELECT count() FROM " + table, List.of(), row -> row.number(1)))
                .containsExactly(EVENTS);
    }

    @AfterEach
    void close() {
        counter.close();
        turns.close();
        database.close();
        entities.close();
        http.close();
    }

    private record Read(long rows, long bytes, long millis) {
        @Override
        public String toString() {
            return "%,d rows, %,d kB, %,d ms".formatted(rows, bytes >> 10, millis);
        }
    }

    /// What ClickHouse tells of a statement.
    private Read read(String sql) throws IOException, InterruptedException {
        String settings = ClickHouse.OF_QUESTIONS.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining("&"));
        String user = ClickHouseProcess.USER + ":" + ClickHouseServer.PASSWORD;
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(ClickHouseServer.shared().address() + "/?database="
                                + URLEncoder.encode(name, StandardCharsets.UTF_8) + "&" + settings))
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)))
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .build();
        long before = System.nanoTime();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        long nanos = System.nanoTime() - before;
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        Matcher read =
                READ.matcher(answer.headers().firstValue("X-ClickHouse-Summary").orElseThrow());
        assertThat(read.find()).isTrue();
        return new Read(Long.parseLong(read.group(1)), Long.parseLong(read.group(2)), nanos / 1_000_000);
    }

    private static Scope scope(Instant from, int days, Filter... filters) {
        return new Scope(
                ACCOUNT,
                Optional.empty(),
                Optional.empty(),
                new Span(from, from.plus(Duration.ofDays(days)), ZoneId.of("UTC")),
                List.of(filters));
    }

    private static Map<String, Question> questions(Instant from, int days) {
        Scope scope = scope(from, days);
        Filter filter = new Filter(Field.Column.NAME, Filter.Test.IS, List.of("name 3"));
        Map<String, Question> questions = new LinkedHashMap<>();
        questions.put("events by day", new Question.Timeseries(scope, Unit.DAY, Optional.empty(), 5));
        questions.put("active machines by day", new Question.Actives(scope, Unit.DAY, Who.MACHINE));
        questions.put(
                "revenue by month",
                new Question.Revenue(scope, Optional.of(Unit.MONTH), Optional.of(Field.Column.PRODUCT), Set.of()));
        questions.put("retention by week", new Question.Retention(scope, Unit.WEEK, Who.USER));
        questions.put("churn by week", new Question.Churn(scope, Unit.WEEK, Who.USER));
        questions.put(
                "events of a name", new Question.Timeseries(scope(from, days, filter), Unit.DAY, Optional.empty(), 5));
        questions.put("breakdown by feature", new Question.Breakdown(scope, Field.Column.FEATURE, Who.MACHINE, 10));
        questions.put("percentiles", new Question.Percentiles(scope, Optional.of(Unit.DAY), Optional.empty(), 5));
        questions.put(
                "funnel",
                new Question.Funnel(
                        scope,
                        List.of(
                                List.of(filter),
                                List.of(new Filter(Field.Column.NAME, Filter.Test.IS, List.of("name 4")))),
                        Duration.ofDays(1),
                        Who.MACHINE,
                        Optional.empty()));
        questions.put("paths", new Question.Paths(scope, Field.Column.NAME, Optional.empty(), Who.SESSION, 4, 10));
        questions.put(
                "versions",
                new Question.Versions(scope, Unit.DAY, new Field.Property(List.of("version")), Who.MACHINE));
        return questions;
    }

    private static String sql(Question question, Optional<Rolled> rolled) {
        return new InsightSql(Engine.CLICKHOUSE).of(question, rolled).sql();
    }

    @Test
    void aMonth_isReadFromCounts_whereTheyTell() throws Exception {
        while (counter.count(CountParts.hour(FIRST.plus(Duration.ofDays(DAYS)).minus(Duration.ofHours(13))), 100)) {
            // there is more
        }
        Optional<Rolled> rolled = new NotedCounts(source::getConnection).of(ACCOUNT);
        Instant from = FIRST.plus(Duration.ofDays(5));
        for (Map.Entry<String, Question> question : questions(from, 30).entrySet()) {
            Read without = read(sql(question.getValue(), Optional.empty()));
            Read with = read(sql(question.getValue(), rolled));
            System.err.println(question.getKey() + ": without counts " + without + "; with them " + with);
            switch (question.getValue()) {
                case Question.Timeseries q when q.scope().filters().isEmpty() -> assertLess(with, without, 10);
                case Question.Revenue ignored -> assertLess(with, without, 10);
                case Question.Actives ignored -> assertLess(with, without, 1);
                // They look at what happened before all days, too: see docs/adr/0028.
                case Question.Retention ignored -> assertThat(with.rows()).isPositive();
                case Question.Churn ignored -> assertThat(with.rows()).isPositive();
                default -> assertThat(with.rows()).isEqualTo(without.rows());
            }
        }
    }

    private static void assertLess(Read with, Read without, int times) {
        assertThat(with.rows() * times).isLessThan(without.rows());
    }

    /// An order by time costs pages and exports more.
    @Test
    void theOrderOfTheEvents_isThatOfPages() throws Exception {
        List<String> orders = List.of("account, happened_at, id", "account, toDate(happened_at), id");
        Map<String, String> statements = new LinkedHashMap<>();
        questions(FIRST.plus(Duration.ofDays(20)), 1)
                .forEach((kind, question) -> statements.put(kind + ", a day", sql(question, Optional.empty())));
        questions(FIRST.plus(Duration.ofDays(5)), 30)
                .forEach((kind, question) -> statements.put(kind + ", a month", sql(question, Optional.empty())));
        String page = "SELECT * FROM event WHERE account = " + ACCOUNT + " AND id < " + EVENTS / 2
                + " ORDER BY id DESC LIMIT 100";
        statements.put("a page", page);
        Map<String, Read> asItIs = new LinkedHashMap<>();
        for (Map.Entry<String, String> statement : statements.entrySet()) {
            asItIs.put(statement.getKey(), read(statement.getValue()));
        }
        asItIs.forEach((kind, read) -> System.err.println("account, id: " + kind + ": " + read));
        database.run("RENAME TABLE event TO event_as_it_is");
        for (String order : orders) {
            String definition = database.ask(
                            "SELECT create_table_query FROM system.tables WHERE database = currentDatabase()"
                                    + " AND name = 'event_as_it_is'",
                            List.of(),
                            row -> row.text(1).orElseThrow())
                    .getFirst();
            database.run(definition
                    .replaceFirst("CREATE TABLE [^ ]+", "CREATE TABLE event")
                    .replace("ORDER BY (account, id)", "ORDER BY (" + order + ")"));
            fill("event");
            for (Map.Entry<String, String> statement : statements.entrySet()) {
                System.err.println(order + ": " + statement.getKey() + ": " + read(statement.getValue()));
            }
            assertThat(read(page).rows()).isGreaterThan(asItIs.get("a page").rows());
            database.run("DROP TABLE event");
        }
    }
}

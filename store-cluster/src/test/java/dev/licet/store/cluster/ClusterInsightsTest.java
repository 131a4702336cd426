package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.insight.Field;
import dev.licet.core.insight.Filter;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Scope;
import dev.licet.core.insight.Span;
import dev.licet.core.insight.Unit;
import dev.licet.core.insight.Who;
import dev.licet.store.sql.InsightSettings;
import dev.licet.store.sql.Turns;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// What the contract of insights does not ask, since it is about what ClickHouse has in its own way.
@EnabledIf("dev.licet.store.cluster.ClickHouseServer#isToBeTried")
class ClusterInsightsTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(AccountNumber.FIRST);
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String ODD = "it's \\' OR 1=1 -- \\ \u0000 ? {a0:String} \"";

    private ClickHouse database;
    private EventTable table;
    private Turns turns;
    private ClusterInsights insights;
    private long last;

    @BeforeEach
    void open(@TempDir Path directory) {
        ClickHouseServer server = ClickHouseServer.shared();
        database = server.client(server.database(directory));
        table = new EventTable(database, Optional.empty());
        table.make();
        turns = new Turns("insight", InsightSettings.DEFAULT);
        EventProgress all = new EventProgress() {
            @Override
            public long acknowledged() {
                return last;
            }

            @Override
            public Inserted inserted() {
                return new Inserted(last, Optional.of(NOW), true);
            }
        };
        insights = new ClusterInsights(database, all, TestStore.NOTHING_COUNTED, turns, Duration.ofSeconds(30));
    }

    @AfterEach
    void close() {
        turns.close();
        database.close();
    }

    private void insert(AccountNumber account, String name, OptionalLong value, @Nullable String metadata) {
        EventRows rows = new EventRows();
        last++;
        rows.add(
                new RecordedEvent(
                        last,
                        NOW,
                        new UsageEvent(
                                account,
                                "rest",
                                Optional.empty(),
                                NOW.plusSeconds(last),
                                Optional.of(name),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of("machine"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                value,
                                Optional.empty(),
                                Optional.ofNullable(metadata))),
                new EventRows.Source(0, last));
        table.insert(rows, "event-" + last);
    }

    private static Scope scope(Filter... filters) {
        Span span = new Span(NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(1)), ZoneId.of("UTC"));
        return new Scope(ACCOUNT, Optional.empty(), Optional.empty(), span, List.of(filters));
    }

    private List<List<@Nullable Object>> rows(Question question) {
        return insights.find(List.of(question)).tables().getFirst().rows();
    }

    private long count(Filter... filters) {
        var rows = rows(new Question.Timeseries(scope(filters), Unit.DAY, Optional.empty(), 5));
        return rows.isEmpty() ? 0 : (Long) rows.getFirst().get(1);
    }

    @Test
    void sums_areExact_howeverLarge() {
        for (int i = 0; i < 5; i++) {
            insert(ACCOUNT, "name", OptionalLong.of(Long.MAX_VALUE), null);
        }
        BigDecimal sum = BigDecimal.valueOf(Long.MAX_VALUE).multiply(BigDecimal.valueOf(5));

        assertThat(rows(new Question.Timeseries(scope(), Unit.DAY, Optional.empty(), 5))
                        .getFirst())
                .endsWith(sum);
        assertThat(rows(new Question.Breakdown(scope(), Field.Column.NAME, Who.MACHINE, 5))
                        .getFirst())
                .endsWith(sum);
    }

    @Test
    void textsInAStatement_areTexts_whateverTheyHave() {
        AccountNumber others = new AccountNumber(AccountNumber.FIRST + 1);
        insert(ACCOUNT, ODD, OptionalLong.empty(), "{\"a\":\"\\u0000\\\\\"}");
        insert(ACCOUNT, "plain", OptionalLong.empty(), null);
        insert(others, ODD, OptionalLong.empty(), null);
        Filter isOdd = new Filter(Field.Column.NAME, Filter.Test.IS, List.of(ODD));
        Filter isNot = new Filter(Field.Column.NAME, Filter.Test.IS_NOT, List.of(ODD, "\\"));
        Filter has = new Filter(Field.Column.NAME, Filter.Test.CONTAINS, List.of("1 -- \\ \u0000 ?"));
        Filter begins = new Filter(Field.Column.NAME, Filter.Test.STARTS_WITH, List.of("it's \\'"));
        Filter property = new Filter(new Field.Property(List.of("a")), Filter.Test.IS, List.of("\u0000\\"));
        Filter oddProperty = new Filter(
                new Field.Property(List.of("\\', 'x') = '' OR 1 = 1 --\\", "0")), Filter.Test.PRESENT, List.of());

        assertThat(count()).isEqualTo(2);
        assertThat(count(isOdd)).isEqualTo(1);
        assertThat(count(isNot)).isEqualTo(1);
        assertThat(count(has)).isEqualTo(1);
        assertThat(count(begins)).isEqualTo(1);
        assertThat(count(property)).isEqualTo(1);
        assertThat(count(oddProperty)).isZero();
        assertThat(rows(new Question.Paths(scope(), Field.Column.NAME, Optional.of(ODD), Who.MACHINE, 3, 5)))
                .extracting(row -> row.subList(1, 4))
                .containsExactlyInAnyOrder(new ArrayList<>(List.of(ODD, "plain", 1L)), cells("plain", null, 1L));
    }

    private static List<@Nullable Object> cells(@Nullable Object... cells) {
        List<@Nullable Object> list = new ArrayList<>();
        Collections.addAll(list, cells);
        return list;
    }

    @Test
    void properties_areTextsOfWhatIsThere() {
        List<String> documents = List.of(
                "{\"a\":{\"b\":[10,{\"c\":\"in a list\"}]}}",
                "{\"a\":{\"b\":{\"1\":{\"c\":\"in an object\"}}}}",
                "{\"a\":{\"b\":\"\"}}",
                "{\"a\":{\"b\":null}}",
                "{\"a\":{\"b\":\"null\"}}",
                "{\"a\":{\"b\":true}}",
                "{\"a\":[]} and no JSON",
                "",
                "[1]");
        documents.forEach(document -> insert(ACCOUNT, "name", OptionalLong.empty(), document));

        assertThat(groups("a", "b", "1", "c")).containsExactlyInAnyOrder(null, "in a list", "in an object");
        assertThat(groups("a", "b"))
                .containsExactlyInAnyOrder(
                        null, "", "null", "true", "[10,{\"c\":\"in a list\"}]", "{\"1\":{\"c\":\"in an object\"}}");
        assertThat(groups("0")).containsExactlyInAnyOrder(null, "1");
        assertThat(groups(Collections.nCopies(8, "0").toArray(String[]::new))).containsExactly((String) null);
    }

    private List<@Nullable Object> groups(String... property) {
        List<@Nullable Object> groups = new ArrayList<>();
        rows(new Question.Breakdown(scope(), new Field.Property(List.of(property)), Who.MACHINE, 20))
                .forEach(row -> groups.add(row.getFirst()));
        return groups;
    }

    @Test
    void numbersInTexts_areComparedAsNumbers_wherePossible() {
        for (String number : List.of(
                "\"15.0000000005\"",
                "\"1e1\"",
                "\"nan\"",
                "\" 1\"",
                "\"1_0\"",
                "-3",
                "\"99999999999999999999999999999\"")) {
            insert(ACCOUNT, "name", OptionalLong.empty(), "{\"n\":" + number + "}");
        }
        Field n = new Field.Property(List.of("n"));

        assertThat(count(new Filter(n, Filter.Test.AT_LEAST, List.of("15.000000001"))))
                .as("rounded to nine places")
                .isEqualTo(1);
        assertThat(count(new Filter(n, Filter.Test.AT_LEAST, List.of("10")))).isEqualTo(2);
        assertThat(count(new Filter(n, Filter.Test.BELOW, List.of("0")))).isEqualTo(1);
    }
}

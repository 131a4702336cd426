package dev.licet.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.TestClock;
import dev.licet.core.event.Submission;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.SecretSource;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.insight.Answer;
import dev.licet.core.insight.AskInsights;
import dev.licet.core.insight.Field;
import dev.licet.core.insight.Filter;
import dev.licet.core.insight.InsightLimits;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Scope;
import dev.licet.core.insight.SeatUse;
import dev.licet.core.insight.Span;
import dev.licet.core.insight.Unit;
import dev.licet.core.insight.Who;
import dev.licet.core.removal.Removals;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What insights are to every engine: every kind of question, with random filters, zones and times, held
/// against a plain reimplementation over the same events.
public abstract class InsightsContract {
    private static final Instant NOW = TestClock.START;
    private static final int EVENTS = 1_000;
    private static final int CASES = Integer.getInteger("licet.insights.cases", 1_500);
    private static final String HALF_HOUR = "Australia/Lord_Howe";
    private static final List<String> ZONES =
            List.of("UTC", "Europe/Prague", "America/New_York", "Asia/Kolkata", HALF_HOUR);
    private static final Instant FIRST = Instant.parse("2026-02-20T00:00:00Z");
    /// Which have a meaning for JSON, SQL, a driver or a way into JSON.
    private static final List<String> ODD_NAMES = List.of(
            "it's",
            "a''b",
            "a\"b",
            "back\\slash",
            "\\",
            "\\'",
            "c:\\new\\table",
            "a/b",
            "a~b",
            "~1",
            "a?b",
            "??",
            "{0}",
            "{name}",
            ":name",
            "$",
            "$.a",
            "$[0]",
            "*",
            "0",
            "-1",
            "a.b",
            "a b",
            " ",
            "%",
            "--",
            "/* */",
            ";",
            "E'x'",
            "ключ",
            "\uD834\uDD1E");
    private static final int DAYS = 60; // the clocks of Prague, New York and Lord Howe are set in between

    private final SecretSource secrets = new SecretSource(new SecureRandom());
    private Store store;
    private Caller caller;
    private Caller stranger;
    private List<ProductId> products;
    private int made;

    protected abstract Store open(Path directory);

    /// How many random questions are asked.
    protected int cases() {
        return CASES;
    }

    /// Does what an engine does to its events now and then, which must not change any answer.
    protected void meanwhile(Store opened, Caller of, Random random) throws Exception {}

    @BeforeEach
    void start(@TempDir Path directory) {
        store = open(directory);
        caller = newAccount();
        stranger = newAccount();
        products = List.of(product("player"), product("editor"));
        for (ProductId product : products) {
            store.licenseKeys().add(caller.account(), product, "KEY-1", NOW);
            store.licenseKeys().add(caller.account(), product, "KEY-2", NOW);
        }
    }

    @AfterEach
    void stop() {
        store.close();
    }

    private Caller newAccount() {
        AccountNumber number = secrets.accountNumber();
        store.accounts().add(new Account(number, "account", SigningKey.generate(), false, NOW));
        return Caller.operator(number);
    }

    private ProductId product(String name) {
        return store.products().add(caller.account(), name, NOW).id();
    }

    private AskInsights insights() {
        return insights(InsightLimits.DEFAULT);
    }

    private AskInsights insights(InsightLimits limits) {
        return new AskInsights(
                store.accounts(),
                store.products(),
                store.licenseKeys(),
                store.insights(),
                new SeatUse(store.seats(), store.licenseKeys(), new TestClock()),
                limits);
    }

    private Answer answer(Question question) {
        InsightLimits wide = new InsightLimits(100_000, 20, 10, 100_000);
        return ((Outcome.Success<Answer>) insights(wide).ask(caller, question, false)).value();
    }

    @Test
    void randomQuestions_areAnsweredAsByPlainReckoning() throws Exception {
        Random random = new Random(6);
        List<InsightModel.Known> known = recorded(random, EVENTS);
        InsightModel model = new InsightModel(known);
        for (int i = 0; i < cases(); i++) {
            if (i % 100 == 99) {
                meanwhile(store, caller, random);
                voidSome(random, known);
                known.addAll(recorded(random, 10)); // late ones
                model = new InsightModel(known);
            }
            Question question = i % 4 == 0 ? plainQuestion(random) : question(random);
            Answer answer = answer(question);
            InsightModel.Answer expected = model.answer(question);
            assertThat(plainly(answer.table().rows()))
                    .as("case %s: %s", i, question)
                    .isEqualTo(plainly(expected.rows()));
            assertThat(expected.rows().isEmpty() ? 0 : answer.events())
                    .as("events of case %s: %s", i, question)
                    .isEqualTo(expected.rows().isEmpty() ? 0 : expected.events());
            assertThat(answer.complete()).isTrue();
        }
    }

    private void voidSome(Random random, List<InsightModel.Known> known) {
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            ids.add(any(random, known).id());
        }
        store.removals().takeOut(caller.account(), ids, new Removals.Asked("refunded twice", "test", NOW));
        known.removeIf(one -> ids.contains(one.id()) && one.event().account().equals(caller.account()));
    }

    private static List<List<@Nullable String>> plainly(List<List<@Nullable Object>> rows) {
        return rows.stream().map(InsightModel::plainly).toList();
    }

    /// In the order of chance, some of them twice under one client id, some of another account.
    private List<InsightModel.Known> recorded(Random random, int count) {
        List<InsightModel.Known> known = new ArrayList<>();
        List<UsageEvent> sent = new ArrayList<>();
        while (known.size() < count) {
            List<UsageEvent> batch = new ArrayList<>();
            List<Map<String, String>> properties = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                boolean again = !sent.isEmpty() && random.nextInt(20) == 0;
                Map<String, String> own = new HashMap<>();
                UsageEvent event = again ? sent.get(random.nextInt(sent.size())) : event(random, own, made++);
                batch.add(event);
                properties.add(own);
            }
            var placed = ((Outcome.Success<List<dev.licet.core.event.Placed>>)
                            store.events().append(new Submission(batch, NOW)))
                    .value();
            for (int i = 0; i < batch.size(); i++) {
                if (placed.get(i).isNew()) {
                    known.add(new InsightModel.Known(placed.get(i).id(), batch.get(i), properties.get(i)));
                    sent.add(batch.get(i));
                }
            }
        }
        return known;
    }

    private static <T> T any(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static <T> Optional<T> maybe(Random random, List<T> of) {
        return random.nextInt(8) == 0 ? Optional.empty() : Optional.of(any(random, of));
    }

    private static List<String> numbered(String what, int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(what + i);
        }
        return names;
    }

    private UsageEvent event(Random random, Map<String, String> properties, int number) {
        Caller of = random.nextInt(10) == 0 ? stranger : caller;
        Instant at = FIRST.plus(random.nextInt(DAYS * 24 * 60), ChronoUnit.MINUTES)
                .plus(random.nextInt(3) == 0 ? random.nextInt(60_000_000) : 0, ChronoUnit.MICROS);
        boolean isPaid = random.nextInt(4) == 0;
        return new UsageEvent(
                of.account(),
                any(random, List.of("rest", "veoh")),
                Optional.of("id-" + number),
                at,
                maybe(random, List.of("open", "import", "edit", "export", "share")),
                maybe(random, List.of("sync", "pdf", "pdf.print", "čtení")),
                maybe(random, products),
                maybe(random, List.of("KEY-1", "KEY-2")),
                maybe(random, numbered("machine-", 12)),
                maybe(random, numbered("user-", 7)),
                maybe(random, numbered("session-", 300)),
                Optional.empty(),
                maybe(random, List.of(new ApplicationId(1), new ApplicationId(2))),
                random.nextInt(3) == 0 ? OptionalLong.empty() : OptionalLong.of(random.nextInt(5000) - 500),
                isPaid ? Optional.of(any(random, List.of("USD", "eur", "EUR", "JPY"))) : Optional.empty(),
                metadata(random, properties));
    }

    private static Optional<String> metadata(Random random, Map<String, String> properties) {
        switch (random.nextInt(8)) {
            case 0:
                return Optional.empty();
            case 1:
                return Optional.of("not JSON");
            case 2:
                return Optional.of("{\"version\":null,\"plan\":\"free\"}");
            default:
                String version = any(random, List.of("2.3", "3.0", "3.1"));
                String tier = any(random, List.of("pro", "te\\\"am", "100%_"));
                int count = random.nextInt(30);
                properties.put("version", version);
                properties.put("plan.tier", tier.replace("\\", ""));
                properties.put("count", Integer.toString(count));
                return Optional.of("{\"version\":\"" + version + "\",\"plan\":{\"tier\":\"" + tier + "\"},\"count\":"
                        + count + "}");
        }
    }

    private Question question(Random random) {
        Scope scope = scope(random);
        Unit any = any(random, List.of(Unit.HOUR, Unit.DAY, Unit.WEEK, Unit.MONTH));
        // Where clocks are set by half an hour, which hour is the one before is anybody's guess.
        Unit unit = any == Unit.HOUR && scope.span().zone().getId().equals(HALF_HOUR) ? Unit.DAY : any;
        Who of = any(random, List.of(Who.values()));
        Optional<Unit> maybeUnit = random.nextBoolean() ? Optional.of(unit) : Optional.empty();
        Optional<Field> by = random.nextBoolean() ? Optional.of(field(random)) : Optional.empty();
        int top = 1 + random.nextInt(12);
        return switch (random.nextInt(10)) {
            case 0 -> new Question.Timeseries(scope, unit, by, top);
            case 1 -> new Question.Actives(scope, unit, of);
            case 2 -> new Question.Breakdown(scope, field(random), of, top);
            case 3 ->
                new Question.Revenue(
                        scope, maybeUnit, by, random.nextBoolean() ? Set.of() : Set.of(products.getFirst()));
            case 4 ->
                new Question.Funnel(
                        scope,
                        Collections.nCopies(2 + random.nextInt(3), 0).stream()
                                .map(ignored -> List.of(filter(random)))
                                .toList(),
                        any(random, List.of(Duration.ofMinutes(90), Duration.ofDays(2), Duration.ofDays(30))),
                        of,
                        by);
            case 5 -> new Question.Retention(scope, unit, of);
            case 6 -> new Question.Churn(scope, unit, of);
            case 7 ->
                new Question.Paths(
                        scope,
                        any(random, List.of(Field.Column.NAME, Field.Column.FEATURE)),
                        random.nextBoolean() ? Optional.of("edit") : Optional.empty(),
                        of,
                        1 + random.nextInt(6),
                        1 + random.nextInt(60));
            case 8 -> new Question.Percentiles(scope, maybeUnit, by, top);
            default -> new Question.Versions(scope, unit, new Field.Property(List.of("version")), of);
        };
    }

    /// By the account's own calendar and without filters, which engines may have an answer at hand for.
    private Question plainQuestion(Random random) {
        ZoneId zone = store.accounts().find(caller.account()).orElseThrow().zone();
        Scope any = scope(random);
        Instant from = random.nextInt(3) == 0
                ? any.span().from()
                : LocalDate.ofInstant(any.span().from(), zone)
                        .atStartOfDay(zone)
                        .toInstant();
        Scope scope = new Scope(
                any.account(),
                random.nextInt(3) == 0 ? any.product() : Optional.empty(),
                Optional.empty(),
                new Span(from, from.plus(Duration.ofDays(1 + random.nextInt(70))), zone),
                List.of());
        Unit unit = random.nextBoolean() ? Unit.DAY : any(random, List.of(Unit.WEEK, Unit.MONTH));
        Who of = any(random, List.of(Who.MACHINE, Who.USER, Who.KEY));
        Optional<Field> by = random.nextInt(3) == 0 ? Optional.of(Field.Column.PRODUCT) : Optional.empty();
        return switch (random.nextInt(6)) {
            case 0 -> new Question.Timeseries(scope, unit, by, 5);
            case 1 ->
                new Question.Revenue(
                        scope,
                        random.nextBoolean() ? Optional.of(unit) : Optional.empty(),
                        by,
                        Set.of(products.getFirst()));
            case 2 -> new Question.Retention(scope, unit, of);
            case 3 -> new Question.Churn(scope, unit, of);
            default -> new Question.Actives(scope, unit, of);
        };
    }

    private Scope scope(Random random) {
        ZoneId zone = ZoneId.of(any(random, ZONES));
        Instant from = random.nextBoolean()
                ? LocalDate.of(2026, 2, 15)
                        .plusDays(random.nextInt(60))
                        .atStartOfDay(zone)
                        .toInstant()
                : FIRST.plusSeconds(random.nextInt(DAYS * 86_400));
        Instant until = from.plus(any(
                random, List.of(Duration.ofHours(7), Duration.ofDays(3), Duration.ofDays(31), Duration.ofDays(70))));
        Optional<ProductId> product = random.nextInt(4) == 0 ? Optional.of(any(random, products)) : Optional.empty();
        Optional<String> key = product.isPresent() && random.nextInt(3) == 0 ? Optional.of("KEY-1") : Optional.empty();
        List<Filter> filters = new ArrayList<>();
        while (random.nextInt(3) == 0) {
            filters.add(filter(random));
        }
        return new Scope(caller.account(), product, key, new Span(from, until, zone), filters);
    }

    private static Field field(Random random) {
        return random.nextInt(3) == 0
                ? new Field.Property(any(
                        random, List.of(List.of("version"), List.of("plan", "tier"), List.of("count"), List.of("no"))))
                : any(random, List.of(Field.Column.values()));
    }

    private Filter filter(Random random) {
        return switch (random.nextInt(10)) {
            case 0 ->
                new Filter(
                        Field.Column.PRODUCT,
                        Filter.Test.IS,
                        List.of(products.getFirst().toString()));
            case 1 -> new Filter(Field.Column.VALUE, Filter.Test.AT_LEAST, List.of("100.5"));
            case 2 -> new Filter(new Field.Property(List.of("count")), Filter.Test.BELOW, List.of("15"));
            case 3 ->
                new Filter(
                        new Field.Property(List.of("plan", "tier")),
                        Filter.Test.CONTAINS,
                        List.of(any(random, List.of("\"", "%", "_", "o"))));
            case 4 -> new Filter(Field.Column.FEATURE, Filter.Test.STARTS_WITH, List.of("pdf"));
            case 5 -> new Filter(field(random), Filter.Test.PRESENT, List.of());
            case 6 -> new Filter(field(random), Filter.Test.ABSENT, List.of());
            case 7 ->
                new Filter(new Field.Property(List.of("version")), Filter.Test.IS_NOT, List.of("3.0", "it's \"; DROP"));
            default ->
                new Filter(
                        Field.Column.NAME,
                        Filter.Test.IS,
                        List.of(any(random, List.of("open", "edit", "export")), "import"));
        };
    }

    private Scope whole() {
        return new Scope(
                caller.account(),
                Optional.empty(),
                Optional.empty(),
                new Span(FIRST, FIRST.plus(Duration.ofDays(DAYS)), ZoneId.of("UTC")),
                List.of());
    }

    @Test
    void aName_thatLooksLikeSql_isAName() {
        recorded(new Random(1), 50);
        Field odd = new Field.Property(List.of("a'); DROP TABLE event; --", "b\"~/$[0]"));

        assertThat(answer(new Question.Breakdown(whole(), odd, Who.MACHINE, 5))
                        .table()
                        .rows())
                .hasSize(1);
        assertThat(answer(new Question.Breakdown(whole(), Field.Column.NAME, Who.MACHINE, 5))
                        .events())
                .isPositive();
    }

    /// One machine for each text, which is the metadata of its event.
    private void record(Map<String, String> metadataByMachine) {
        List<UsageEvent> events = new ArrayList<>();
        metadataByMachine.forEach((machine, metadata) -> events.add(new UsageEvent(
                caller.account(),
                "rest",
                Optional.empty(),
                FIRST,
                Optional.of("event"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(machine),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.of(metadata))));
        store.events().append(new Submission(events, NOW)).orElseThrow();
    }

    private List<String> machinesWith(Filter filter) {
        Scope whole = whole();
        Scope scope = new Scope(whole.account(), whole.product(), whole.key(), whole.span(), List.of(filter));
        return firsts(new Question.Breakdown(scope, Field.Column.MACHINE, Who.MACHINE, 100));
    }

    /// The first cell of each row, as text.
    private List<String> firsts(Question question) {
        return answer(question).table().rows().stream()
                .map(row -> String.valueOf(row.getFirst()))
                .toList();
    }

    @Test
    void aPropertyOfAnyName_isFound() {
        Map<String, String> all = new HashMap<>();
        for (String name : ODD_NAMES) {
            String escaped = name.replace("\\", "\\\\").replace("\"", "\\\"");
            all.put("outer " + name, "{\"" + escaped + "\":\"here\"}");
            all.put("inner " + name, "{\"in\":{\"" + escaped + "\":{\"" + escaped + "\":\"below\"}}}");
        }
        record(all);
        for (String name : ODD_NAMES) {
            Field outer = new Field.Property(List.of(name));
            Field inner = new Field.Property(List.of("in", name, name));
            assertThat(firsts(new Question.Breakdown(whole(), outer, Who.MACHINE, 5)))
                    .as(name)
                    .contains("here")
                    .doesNotContain("below");
            assertThat(firsts(new Question.Breakdown(whole(), inner, Who.MACHINE, 5)))
                    .as(name)
                    .contains("below")
                    .doesNotContain("here");
            assertThat(machinesWith(new Filter(outer, Filter.Test.IS, List.of("here", name, "\\", "'"))))
                    .as(name)
                    .containsExactly("outer " + name);
        }
    }

    /// What no engine's numbers hold is no number, and stops no question.
    @Test
    void numbersOfAnySize_areComparedOrLeftOut() {
        Map<String, String> values = new HashMap<>();
        values.put("hundred", "1e2");
        values.put("large", "1.5E+5");
        values.put("text", "\"12.5\"");
        values.put("small", "1e-3");
        values.put("minus", "-25");
        values.put("eighteen", "999999999999999999");
        values.put("overflow", "1e400");
        values.put("minus overflow", "-1e400");
        values.put("many digits", "9".repeat(60));
        values.put("text overflow", "\"1e999999999\"");
        values.put("longer than long", "\"1e99999999999999999999\"");
        values.put("not a number", "\"NaN\"");
        values.put("infinite", "\"Infinity\"");
        values.put("hexadecimal", "\"0x20\"");
        values.put("grouped", "\"1,000\"");
        values.put("empty", "\"\"");
        values.put("true", "true");
        values.put("list", "[20]");
        Map<String, String> all = new HashMap<>();
        values.forEach((machine, value) -> all.put(machine, "{\"n\":" + value + "}"));
        record(all);
        Field n = new Field.Property(List.of("n"));

        assertThat(machinesWith(new Filter(n, Filter.Test.AT_LEAST, List.of("10"))))
                .containsExactlyInAnyOrder("hundred", "large", "text", "eighteen");
        assertThat(machinesWith(new Filter(n, Filter.Test.BELOW, List.of("10"))))
                .containsExactlyInAnyOrder("small", "minus");
    }

    @Test
    void theSpanBefore_isAnsweredWithIt() {
        recorded(new Random(2), 500);
        Span april = new Span(FIRST.plus(Duration.ofDays(30)), FIRST.plus(Duration.ofDays(60)), ZoneId.of("UTC"));
        Question question = new Question.Actives(
                new Scope(caller.account(), Optional.empty(), Optional.empty(), april, List.of()),
                Unit.DAY,
                Who.MACHINE);

        Answer answer = ((Outcome.Success<Answer>) insights().ask(caller, question, true)).value();

        assertThat(answer.before().orElseThrow().rows())
                .isEqualTo(answer(question.in(april.before())).table().rows());
        assertThat(april.before().from()).isEqualTo(FIRST);
        assertThat(answer.asOfTime()).contains(NOW);
        assertThat(answer.asOf()).isEqualTo(store.events().lastAcknowledged());
    }

    @Test
    void whatIsTooLarge_isRefused() {
        Scope century = new Scope(
                caller.account(),
                Optional.empty(),
                Optional.empty(),
                new Span(Instant.EPOCH, NOW, ZoneId.of("UTC")),
                List.of());
        Filter filter = new Filter(Field.Column.NAME, Filter.Test.PRESENT, List.of());

        assertThat(refused(new Question.Actives(century, Unit.HOUR, Who.MACHINE)))
                .isEqualTo("unit");
        assertThat(refused(new Question.Timeseries(whole(), Unit.DAY, Optional.of(Field.Column.NAME), 100_000)))
                .isEqualTo("unit");
        assertThat(refused(new Question.Breakdown(whole(), Field.Column.NAME, Who.MACHINE, 10_001)))
                .isEqualTo("top");
        assertThat(refused(new Question.Funnel(
                        whole(),
                        Collections.nCopies(11, List.of(filter)),
                        Duration.ofDays(1),
                        Who.MACHINE,
                        Optional.empty())))
                .isEqualTo("steps");
        assertThat(refused(new Question.Paths(whole(), Field.Column.NAME, Optional.empty(), Who.SESSION, 11, 5)))
                .isEqualTo("depth");
        assertThat(refused(new Question.Actives(
                        new Scope(
                                caller.account(),
                                Optional.empty(),
                                Optional.empty(),
                                whole().span(),
                                Collections.nCopies(21, filter)),
                        Unit.DAY,
                        Who.MACHINE)))
                .isEqualTo("filters");
    }

    private String refused(Question question) {
        Refusal refusal = ((Outcome.Refused<Answer>) insights().ask(caller, question, false)).refusal();
        return ((Refusal.InvalidField) refusal).field();
    }

    @Test
    void anotherAccountsEvents_areNotThere() {
        recorded(new Random(3), 200);
        Question question = new Question.Breakdown(whole(), Field.Column.NAME, Who.MACHINE, 5);

        assertThat(insights().ask(stranger, question, false))
                .isEqualTo(Outcome.refused(new Refusal.NotFound(Refusal.Kind.ACCOUNT)));
        Scope ofProduct = new Scope(
                stranger.account(), Optional.of(products.getFirst()), Optional.empty(), whole().span(), List.of());
        assertThat(insights().ask(stranger, new Question.Actives(ofProduct, Unit.DAY, Who.KEY), false))
                .isEqualTo(Outcome.refused(new Refusal.NotFound(Refusal.Kind.PRODUCT)));
    }
}

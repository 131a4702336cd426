package dev.licet.core.insight;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.NamedKey;
import dev.licet.core.license.Product;
import dev.licet.core.license.Products;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Answers what a caller asks of the events of its own account. Safe for threads.
public final class AskInsights {
    private final Accounts accounts;
    private final Products products;
    private final NamedKey namedKey;
    private final Insights insights;
    private final SeatUse seatUse;
    private final InsightLimits limits;

    public AskInsights(
            Accounts accounts,
            Products products,
            LicenseKeys keys,
            Insights insights,
            SeatUse seatUse,
            InsightLimits limits) {
        this.accounts = accounts;
        this.products = products;
        this.namedKey = new NamedKey(products, keys);
        this.insights = insights;
        this.seatUse = seatUse;
        this.limits = limits;
    }

    /// Why the caller may not ask at all.
    public static Optional<Refusal> refusal(Caller caller) {
        return caller.lacks(Permission.GET_INSIGHTS);
    }

    /// By whose calendar the caller's account counts.
    public ZoneId zone(Caller caller) {
        return accounts.find(caller.account()).map(Account::zone).orElse(ZoneOffset.UTC);
    }

    /// The products of the caller's account whose values are not in minor units.
    public Set<ProductId> inWholeUnits(Caller caller) {
        return products.list(caller.account()).stream()
                .filter(Product::valuesAreWhole)
                .map(Product::id)
                .collect(Collectors.toSet());
    }

    /// @param withBefore whether the span before is to be looked at, too
    public Outcome<Answer> ask(Caller caller, Question question, boolean withBefore) {
        Scope scope = question.scope();
        Optional<Refusal> refusal = refusal(caller)
                .or(() -> caller.account().equals(scope.account())
                        ? Optional.empty()
                        : Optional.of(new Refusal.NotFound(Refusal.Kind.ACCOUNT)))
                .or(() -> namedKey.refusal(caller, scope.product(), scope.key()))
                .or(() -> tooLarge(question));
        if (refusal.isPresent()) {
            return Outcome.refused(refusal.get());
        }
        return question instanceof Question.Seats seats
                ? answer(caller, seats, withBefore)
                : Outcome.success(answer(question, withBefore));
    }

    private Outcome<Answer> answer(Caller caller, Question.Seats question, boolean withBefore) {
        Optional<Question.Seats> before = withBefore ? Optional.of(before(question)) : Optional.empty();
        Scope scope = question.scope();
        return scope.key().isEmpty()
                ? seatUse.answer(question, before, Optional.empty(), limits)
                : namedKey.key(caller, scope.product(), scope.key().get())
                        .then(key -> seatUse.answer(question, before, Optional.of(key), limits));
    }

    private static Question.Seats before(Question.Seats seats) {
        return new Question.Seats(seats.scope().in(seats.scope().span().before()), seats.unit());
    }

    private Answer answer(Question question, boolean withBefore) {
        List<Question> questions = withBefore
                ? List.of(question, question.in(question.scope().span().before()))
                : List.of(question);
        Insights.Found found = insights.find(questions);
        List<Table> tables = Stream.iterate(0, i -> i < questions.size(), i -> i + 1)
                .map(i -> Finish.of(questions.get(i), found.tables().get(i), limits.rows()))
                .toList();
        return new Answer(
                tables.getFirst(),
                tables.stream().skip(1).findFirst(),
                found.events(),
                found.asOf(),
                found.asOfTime(),
                found.complete());
    }

    private Optional<Refusal> tooLarge(Question question) {
        return tooManyFilters(question.scope().filters()).or(() -> switch (question) {
            case Question.Timeseries q -> tooManyUnits(q.scope(), q.unit(), q.by().isPresent() ? q.top() : 1);
            case Question.Actives q -> tooManyUnits(q.scope(), q.unit(), 1);
            case Question.Churn q -> tooManyUnits(q.scope(), q.unit(), 1);
            case Question.Seats q -> tooManyUnits(q.scope(), q.unit(), 1);
            case Question.Retention q -> tooManyUnits(q.scope(), q.unit(), 1);
            case Question.Versions q -> tooManyUnits(q.scope(), q.unit(), 1);
            case Question.Percentiles q ->
                q.unit().flatMap(unit -> tooManyUnits(q.scope(), unit, q.by().isPresent() ? q.top() : 1));
            case Question.Revenue q -> q.unit().flatMap(unit -> tooManyUnits(q.scope(), unit, 1));
            case Question.Breakdown q -> tooMany("top", q.top(), limits.rows());
            case Question.Funnel q ->
                tooMany("steps", q.steps().size(), limits.steps())
                        .or(() -> q.steps().stream()
                                .flatMap(step -> tooManyFilters(step).stream())
                                .findFirst());
            case Question.Paths q ->
                tooMany("depth", q.depth(), limits.steps()).or(() -> tooMany("top", q.top(), limits.rows()));
        });
    }

    private Optional<Refusal> tooManyFilters(List<Filter> filters) {
        return tooMany("filters", filters.size(), limits.filters());
    }

    private static Optional<Refusal> tooMany(String field, int number, int most) {
        return number > most ? Optional.of(new Refusal.InvalidField(field, "at most " + most)) : Optional.empty();
    }

    private Optional<Refusal> tooManyUnits(Scope scope, Unit unit, int groups) {
        int most = Math.max(1, limits.rows() / groups);
        return scope.span().starts(unit, most).size() > most
                ? Optional.of(new Refusal.InvalidField(
                        "unit", "gives more than " + limits.rows() + " rows: ask for a larger unit or a shorter time"))
                : Optional.empty();
    }
}

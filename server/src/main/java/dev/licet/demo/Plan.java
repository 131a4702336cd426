package dev.licet.demo;

import dev.licet.core.license.LicenseType;
import dev.licet.core.license.Licenses.NewLicense;
import dev.licet.core.license.Price;
import dev.licet.core.license.Term;
import dev.licet.core.license.TermRules;
import java.util.List;
import java.util.Optional;

/// What the vendor sells: the drawing program in five ways, and the lessons for it in two.
enum Plan {
    TRIAL("Trial", LicenseType.RENTAL, term(15, Term.Unit.DAY), 2, List.of("0", "0", "0", "0")),
    MONTHLY(
            "Monthly",
            LicenseType.SUBSCRIPTION_RECURRING,
            term(1, Term.Unit.MONTH),
            2,
            List.of("14.00", "13.00", "320.00", "2100")),
    YEARLY(
            "Yearly",
            LicenseType.SUBSCRIPTION_RECURRING,
            term(1, Term.Unit.YEAR),
            2,
            List.of("129.00", "119.00", "2990.00", "19500")),
    TEAM(
            "Team of ten, yearly",
            LicenseType.SUBSCRIPTION_RECURRING,
            term(1, Term.Unit.YEAR),
            10,
            List.of("890.00", "820.00", "20900.00", "134000")),
    OWN("For good", LicenseType.OWN, Optional.empty(), 2, List.of("249.00", "229.00", "5790.00", "37500")),
    LESSON_RENTAL(
            "Lesson, two days",
            LicenseType.RENTAL,
            term(48, Term.Unit.HOUR),
            0,
            List.of("3.90", "3.50", "89.00", "590")),
    LESSON_OWN("Lesson, for good", LicenseType.OWN, Optional.empty(), 0, List.of("14.90", "13.90", "349.00", "2200"));

    private final String label;
    private final LicenseType type;
    private final Optional<Term> term;
    private final int streams;
    private final List<String> prices;

    Plan(String label, LicenseType type, Optional<Term> term, int streams, List<String> prices) {
        this.label = label;
        this.type = type;
        this.term = term;
        this.streams = streams;
        this.prices = prices;
    }

    private static Optional<Term> term(int count, Term.Unit unit) {
        return Optional.of(new Term(count, unit));
    }

    Optional<Term> term() {
        return term;
    }

    boolean isLesson() {
        return this == LESSON_RENTAL || this == LESSON_OWN;
    }

    /// Its terms, for who pays in that currency.
    NewLicense license(String currency) {
        TermRules rules = new TermRules(
                TermRules.Begin.PURCHASE, TermRules.RenewFrom.EXPIRY, Optional.empty(), Optional.empty(), streams);
        Price price = new Price(prices.get(Market.CURRENCIES.indexOf(currency)), currency);
        return new NewLicense(label + " (" + currency + ")", type, price, term, rules);
    }
}

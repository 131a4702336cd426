package dev.licet.dialect.rest;

import dev.licet.core.Refusal;
import dev.licet.core.id.LicenseId;
import dev.licet.core.license.CreateLicense;
import dev.licet.core.license.License;
import dev.licet.core.license.LicenseType;
import dev.licet.core.license.Licenses;
import dev.licet.core.license.Price;
import dev.licet.core.license.ReadLicenses;
import dev.licet.core.license.Term;
import dev.licet.core.license.TermRules;
import dev.licet.dialect.Answer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/// The terms that things are sold under.
final class LicenseRoutes {
    private final CreateLicense createLicense;
    private final ReadLicenses readLicenses;

    LicenseRoutes(CreateLicense createLicense, ReadLicenses readLicenses) {
        this.createLicense = createLicense;
        this.readLicenses = readLicenses;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("POST", "/v1/licenses", this::create),
                new Endpoint("GET", "/v1/licenses", this::list),
                new Endpoint("GET", "/v1/licenses/{license}", this::find));
    }

    private Answer create(Call call) {
        return Reply.one(call, 201, createLicense.create(call.caller(), license(call.body())), LicenseRoutes::write);
    }

    private static Licenses.NewLicense license(Body body) {
        return new Licenses.NewLicense(
                body.requiredText("name"),
                constant(LicenseType.class, body, "type")
                        .orElseThrow(() -> new WrongField("type", "is required: " + names(LicenseType.class))),
                price(body, "price").orElseThrow(() -> new WrongField("price", "is required")),
                term(body, "term"),
                new TermRules(
                        constant(TermRules.Begin.class, body, "begins").orElse(TermRules.USUAL.begins()),
                        constant(TermRules.RenewFrom.class, body, "renewsFrom").orElse(TermRules.USUAL.renewsFrom()),
                        term(body, "grace"),
                        term(body, "expiresSoon"),
                        streams(body)));
    }

    private static int streams(Body body) {
        long streams = body.number("streams").orElse(0);
        if (streams < 0 || streams > TermRules.MAX_STREAMS) {
            throw new WrongField("streams", "must be from 0, for any number, to " + TermRules.MAX_STREAMS);
        }
        return (int) streams;
    }

    /// An amount of money.
    static Optional<Price> price(Body body, String member) {
        return body.object(member)
                .map(price -> Price.parse(price.requiredText("amount"), currency(price))
                        .orElseThrow(() -> price.wrong(
                                "amount",
                                "must be a text such as 25.30, with at most 18 digits before the point and 6 after")));
    }

    private static String currency(Body price) {
        String currency = price.requiredText("currency");
        if (!currency.matches("[A-Z]{3}")) {
            throw price.wrong("currency", "must be a code of ISO 4217, such as USD");
        }
        return currency;
    }

    private static Optional<Term> term(Body body, String member) {
        return body.object(member).map(term -> {
            OptionalLong count = term.number("count");
            if (count.isEmpty() || count.getAsLong() < 1 || count.getAsLong() > Integer.MAX_VALUE) {
                throw term.wrong("count", "must be from 1 to " + Integer.MAX_VALUE);
            }
            return new Term(
                    (int) count.getAsLong(),
                    constant(Term.Unit.class, term, "unit")
                            .orElseThrow(() -> term.wrong("unit", "is required: " + names(Term.Unit.class))));
        });
    }

    /// One of an enum's, as this API spells it: in camelCase.
    private static <E extends Enum<E>> Optional<E> constant(Class<E> type, Body body, String member) {
        return body.text(member)
                .map(text -> Arrays.stream(type.getEnumConstants())
                        .filter(constant -> name(constant).equals(text))
                        .findFirst()
                        .orElseThrow(() -> body.wrong(member, "must be one of " + names(type))));
    }

    private static <E extends Enum<E>> String names(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(LicenseRoutes::name).collect(Collectors.joining(", "));
    }

    static String name(Enum<?> constant) {
        String[] words = constant.name().toLowerCase(Locale.ROOT).split("_");
        StringBuilder name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i], 1, words[i].length());
        }
        return name.toString();
    }

    private Answer list(Call call) {
        return Reply.cut(
                call,
                readLicenses.list(call.caller(), call.after(), call.limit() + 1),
                license -> license.id().value(),
                LicenseRoutes::write);
    }

    private Answer find(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("lic_", LicenseId::new, Refusal.Kind.LICENSE)
                        .then(id -> readLicenses.find(call.caller(), id)),
                LicenseRoutes::write);
    }

    private static void write(JsonGenerator json, License license) {
        json.writeStringProperty("id", "lic_" + license.id());
        json.writeStringProperty("name", license.name());
        json.writeStringProperty("type", name(license.type()));
        write(json, "price", license.price());
        write(json, "term", license.term());
        json.writeStringProperty("begins", name(license.rules().begins()));
        json.writeStringProperty("renewsFrom", name(license.rules().renewsFrom()));
        write(json, "grace", license.rules().grace());
        write(json, "expiresSoon", license.rules().soon());
        json.writeNumberProperty("streams", license.rules().streams());
        json.writeStringProperty("createdAt", license.createdAt().toString());
    }

    static void write(JsonGenerator json, String member, Price price) {
        json.writeObjectPropertyStart(member);
        json.writeStringProperty("amount", price.written());
        json.writeStringProperty("currency", price.currency());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String member, Optional<Term> term) {
        if (term.isEmpty()) {
            json.writeNullProperty(member);
            return;
        }
        json.writeObjectPropertyStart(member);
        json.writeNumberProperty("count", term.get().count());
        json.writeStringProperty("unit", name(term.get().unit()));
        json.writeEndObject();
    }
}

package dev.licet.dialect.rest;

import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Pending;
import dev.licet.core.Refusal;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.PurchaseId;
import dev.licet.core.identity.Caller;
import dev.licet.core.license.Price;
import dev.licet.core.sale.Buyer;
import dev.licet.core.sale.CheckLicense;
import dev.licet.core.sale.Payment;
import dev.licet.core.sale.Purchase;
import dev.licet.core.sale.Purchases;
import dev.licet.core.sale.SellLicenses;
import dev.licet.core.sale.Standing;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import tools.jackson.core.JsonGenerator;

/// What was bought, what becomes of it, and whether it may be used.
final class PurchaseRoutes {
    private static final String PREFIX = "pur_";
    private static final String CHECKS = "/v1/checks";

    private final SellLicenses sell;
    private final CheckLicense check;
    private final Limits limits;

    PurchaseRoutes(SellLicenses sell, CheckLicense check, Limits limits) {
        this.sell = sell;
        this.check = check;
        this.limits = limits;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("POST", "/v1/purchases", this::buy),
                new Endpoint("GET", "/v1/purchases", this::list),
                new Endpoint("GET", "/v1/purchases/{purchase}", this::find),
                new Endpoint("POST", "/v1/purchases/{purchase}/renew", this::renew),
                new Endpoint("POST", "/v1/purchases/{purchase}/cancel", this::cancel),
                new Endpoint("POST", "/v1/purchases/{purchase}/refund", this::refund),
                new Endpoint("POST", "/v1/purchases/{purchase}/transfer", this::transfer),
                new Endpoint("POST", CHECKS, call -> check(call).await()));
    }

    private Answer buy(Call call) {
        Body body = call.body();
        Purchases.NewPurchase purchase = new Purchases.NewPurchase(
                Call.id("lic_", "license", body.requiredText("license"), LicenseId::new),
                product(body.requiredText("product")),
                call.name("title"),
                buyer(call));
        return Reply.one(
                call,
                201,
                sell.sell(call.caller(), new SellLicenses.Wanted(purchase, LicenseRoutes.price(body, "price"))),
                PurchaseRoutes::write);
    }

    private static ProductId product(String text) {
        return Call.id("prd_", "product", text, ProductId::new);
    }

    private static Buyer buyer(Call call) {
        return new Buyer(KeyBodies.customer(call.body()), call.name("viewer"));
    }

    private Answer list(Call call) {
        Purchases.Query query = new Purchases.Query(
                call.query("customer").map(text -> Call.id("cus_", "customer", text, CustomerId::new)),
                call.query("viewer"),
                call.query("product").map(PurchaseRoutes::product),
                call.query("license").map(text -> Call.id("lic_", "license", text, LicenseId::new)));
        return Reply.cut(
                call,
                sell.list(call.caller(), query, call.after(), call.limit() + 1),
                sale -> sale.purchase().id().value(),
                PurchaseRoutes::write);
    }

    private static Outcome<PurchaseId> purchase(Call call) {
        return call.inPath(PREFIX, PurchaseId::new, Refusal.Kind.PURCHASE);
    }

    private Answer find(Call call) {
        return Reply.one(call, 200, purchase(call).then(id -> sell.find(call.caller(), id)), PurchaseRoutes::write);
    }

    private Answer renew(Call call) {
        Optional<Price> price = LicenseRoutes.price(call.body(), "price");
        return change(call, (id, expected) -> sell.renew(call.caller(), id, price, expected));
    }

    private Answer cancel(Call call) {
        return change(call, (id, expected) -> sell.cancel(call.caller(), id, expected));
    }

    private Answer refund(Call call) {
        Optional<Price> amount = LicenseRoutes.price(call.body(), "amount");
        boolean ends = call.body().flag("ends").orElse(true);
        return change(call, (id, expected) -> sell.refund(call.caller(), id, amount, ends, expected));
    }

    private Answer transfer(Call call) {
        return change(call, (id, expected) -> sell.transfer(call.caller(), id, buyer(call), expected));
    }

    private static Answer change(
            Call call, BiFunction<PurchaseId, Expected<SellLicenses.Sale>, Outcome<SellLicenses.Sale>> change) {
        Expected<SellLicenses.Sale> expected = Etags.expected(call, PurchaseRoutes::write);
        return Reply.one(call, 200, purchase(call).then(id -> change.apply(id, expected)), PurchaseRoutes::write);
    }

    private static void write(JsonGenerator json, SellLicenses.Sale sale) {
        Purchase purchase = sale.purchase();
        json.writeStringProperty("id", PREFIX + purchase.id());
        json.writeStringProperty("license", "lic_" + purchase.license());
        json.writeStringProperty("product", "prd_" + purchase.product());
        write(json, "title", purchase.title());
        write(json, "customer", purchase.buyer().customer().map(id -> "cus_" + id));
        write(json, "viewer", purchase.buyer().viewer());
        json.writeStringProperty("keyId", "key_" + sale.key().id());
        json.writeStringProperty("key", sale.key().key());
        json.writeStringProperty("standing", LicenseRoutes.name(sale.standing()));
        json.writeStringProperty("boughtAt", purchase.at().toString());
        write(json, "begunAt", sale.terms().course().begun());
        write(json, "expiresAt", sale.terms().end());
        json.writeNumberProperty("terms", sale.terms().course().terms());
        write(json, "cancelledAt", purchase.cancelledAt());
        write(json, "refundedAt", purchase.refundedAt());
        json.writeArrayPropertyStart("payments");
        for (Payment payment : sale.payments()) {
            json.writeStartObject();
            json.writeStringProperty("id", "pay_" + payment.id());
            json.writeStringProperty("kind", LicenseRoutes.name(payment.kind()));
            LicenseRoutes.write(json, "amount", payment.amount());
            json.writeStringProperty("at", payment.at().toString());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, String member, Optional<?> value) {
        if (value.isPresent()) {
            json.writeStringProperty(member, value.get().toString());
        } else {
            json.writeNullProperty(member);
        }
    }

    // Checks

    /// Whether it asks for a check, as players do most often.
    static boolean isCheck(Request head) {
        return head.verb().equals("POST") && head.path().equals(CHECKS);
    }

    /// The answer to [what asks for a check][#isCheck].
    Pending<Answer> begin(Caller caller, Request request) {
        try {
            return check(new Call(caller, "", Body.of(request), request, limits));
        } catch (WrongField e) {
            return Pending.done(Problems.answer(request, new Refusal.InvalidField(e.field(), e.rule())));
        } catch (MalformedRequest e) {
            return Pending.done(Problems.answer(request, e.fault()));
        }
    }

    private Pending<Answer> check(Call call) {
        Body body = call.body();
        Optional<String> key = body.text("key");
        Buyer buyer = buyer(call);
        if (key.isPresent() ? buyer.customer().isPresent() || buyer.viewer().isPresent() : !buyer.isOne()) {
            throw new WrongField("viewer", "give exactly one of viewer, customer and key");
        }
        CheckLicense.Asked asked = new CheckLicense.Asked(
                product(body.requiredText("product")),
                call.name("title"),
                key.<CheckLicense.Who>map(CheckLicense.Who.Key::new)
                        .orElseGet(() -> new CheckLicense.Who.Bought(buyer)),
                call.name("machine")
                        .map(machine -> new CheckLicense.Player(
                                machine,
                                call.name("friendlyName"),
                                call.request().address(),
                                body.duration("interval").orElse(SeatRoutes.USUAL_INTERVAL))));
        return check.check(call.caller(), asked).map(outcome -> switch (outcome) {
            case Outcome.Refused<CheckLicense.Answer>(Refusal refusal) -> Problems.answer(call.request(), refusal);
            case Outcome.Success<CheckLicense.Answer>(CheckLicense.Answer answer) ->
                answer.refusal().isEmpty() || answer.refusal().get() instanceof Refusal.SeatsTaken
                        ? Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> write(json, answer)))
                        : Problems.answer(call.request(), answer.refusal().get());
        });
    }

    private static void write(JsonGenerator json, CheckLicense.Answer answer) {
        json.writeBooleanProperty("allowed", answer.allowed());
        Optional<CheckLicense.Entitlement> entitlement = answer.entitlement();
        json.writeStringProperty(
                "standing",
                answer.refusal().isPresent()
                        ? "tooManyStreams"
                        : entitlement
                                .map(found -> LicenseRoutes.name(found.standing()))
                                .orElse("notBought"));
        entitlement.ifPresent(found -> {
            found.purchase().ifPresent(purchase -> json.writeStringProperty("purchase", PREFIX + purchase.id()));
            json.writeStringProperty("keyId", "key_" + found.key().id());
            write(json, "begunAt", found.terms().course().begun());
            write(json, "expiresAt", found.terms().end());
            write(json, "usableUntil", found.standing() == Standing.REFUNDED ? Optional.empty() : found.usableUntil());
        });
        answer.seat().ifPresent(seat -> {
            json.writeObjectPropertyStart("seat");
            json.writeStringProperty("id", SeatRoutes.PREFIX + seat.id());
            json.writeStringProperty("until", seat.until().toString());
            json.writeEndObject();
        });
    }
}

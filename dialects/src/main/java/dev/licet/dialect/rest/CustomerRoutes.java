package dev.licet.dialect.rest;

import dev.licet.core.Refusal;
import dev.licet.core.customer.Customer;
import dev.licet.core.customer.ManageCustomers;
import dev.licet.core.id.CustomerId;
import dev.licet.core.identity.Issued;
import dev.licet.core.identity.Secret;
import dev.licet.dialect.Answer;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/// Who has keys.
final class CustomerRoutes {
    private static final Customer.Details NOTHING = new Customer.Details("", "", "", "");

    private final ManageCustomers customers;

    CustomerRoutes(ManageCustomers customers) {
        this.customers = customers;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("POST", "/v1/customers", this::add),
                new Endpoint("GET", "/v1/customers", this::list),
                new Endpoint("GET", "/v1/customers/{customer}", this::find),
                new Endpoint("PATCH", "/v1/customers/{customer}", this::set),
                new Endpoint("DELETE", "/v1/customers/{customer}", this::remove));
    }

    private Answer add(Call call) {
        return Reply.one(
                call,
                201,
                customers.add(
                        call.caller(),
                        change(call.body(), NOTHING),
                        call.body().text("secret").map(Secret::new)),
                CustomerRoutes::writeWithSecret);
    }

    /// What is known with what the body says; what it does not say stays as it is.
    private static Customer.Details change(Body body, Customer.Details now) {
        return new Customer.Details(
                text(body, "name", now.name()),
                text(body, "email", now.email()),
                text(body, "companyName", now.companyName()),
                text(body, "notes", now.notes()));
    }

    private static String text(Body body, String member, String otherwise) {
        return body.has(member) ? body.text(member).orElse("") : otherwise;
    }

    private Answer list(Call call) {
        return Reply.cut(
                call,
                customers.list(call.caller(), call.query("search").orElse(""), call.after(), call.limit() + 1),
                customer -> customer.id().value(),
                CustomerRoutes::write);
    }

    private Answer find(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("cus_", CustomerId::new, Refusal.Kind.CUSTOMER)
                        .then(id -> customers.find(call.caller(), id)),
                CustomerRoutes::write);
    }

    private Answer set(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("cus_", CustomerId::new, Refusal.Kind.CUSTOMER)
                        .then(id -> customers.change(
                                call.caller(),
                                id,
                                Etags.expected(call, CustomerRoutes::write),
                                now -> change(call.body(), now))),
                CustomerRoutes::write);
    }

    private Answer remove(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("cus_", CustomerId::new, Refusal.Kind.CUSTOMER)
                        .then(id -> customers.remove(call.caller(), id, Etags.expected(call, CustomerRoutes::write))),
                CustomerRoutes::write);
    }

    private static void writeWithSecret(JsonGenerator json, Issued<Customer> issued) {
        write(json, issued.thing());
        json.writeStringProperty("secret", issued.secret().value());
    }

    private static void write(JsonGenerator json, Customer customer) {
        json.writeStringProperty("id", "cus_" + customer.id());
        json.writeStringProperty("name", customer.details().name());
        json.writeStringProperty("email", customer.details().email());
        json.writeStringProperty("companyName", customer.details().companyName());
        json.writeStringProperty("notes", customer.details().notes());
        json.writeStringProperty("createdAt", customer.createdAt().toString());
    }
}

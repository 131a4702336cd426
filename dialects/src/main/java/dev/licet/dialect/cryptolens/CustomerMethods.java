package dev.licet.dialect.cryptolens;

import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.customer.Customer;
import dev.licet.core.customer.ManageCustomers;
import dev.licet.core.id.CustomerId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.Secret;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.ReadKeys;
import dev.licet.core.license.UseKeys;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Json;
import dev.licet.dialect.Request;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/// The methods of the group Customer.
final class CustomerMethods {
    private static final int MAX_PAGE = 1_000;

    private final ManageCustomers customers;
    private final ReadKeys readKeys;
    private final UseKeys useKeys;
    private final Writes writes;
    private final Replies replies;

    CustomerMethods(ManageCustomers customers, ReadKeys readKeys, UseKeys useKeys, Writes writes, Replies replies) {
        this.customers = customers;
        this.readKeys = readKeys;
        this.useKeys = useKeys;
        this.writes = writes;
        this.replies = replies;
    }

    /// The customer that a call tells of.
    static Customer.Details details(Fields fields) {
        return new Customer.Details(
                text(fields, "Name").orElse(""),
                text(fields, "Email").orElse(""),
                text(fields, "CompanyName").orElse(""),
                "");
    }

    private static Optional<String> text(Fields fields, String name) {
        return fields.optional(name, Integer.MAX_VALUE);
    }

    Answer addCustomer(Caller caller, Request request, Fields fields) {
        Customer.Details known = details(fields);
        Customer.Details details = new Customer.Details(
                known.name(),
                known.email(),
                known.companyName(),
                fields.text("Notes").orElse(""));
        Optional<Secret> secret = text(fields, "Secret").map(Secret::new);
        return writes.once(
                request,
                caller,
                fields,
                () -> customers.add(caller, details, secret),
                added -> Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    Replies.writeSuccess(json);
                    json.writeNumberProperty("customerId", added.thing().id().value());
                    json.writeStringProperty("secret", added.secret().value());
                    json.writeStringProperty("portalLink", "");
                })));
    }

    /// What is not given stays as it is.
    Answer editCustomer(Caller caller, Request request, Fields fields) {
        return writes.once(
                request,
                caller,
                fields,
                () -> customer(fields)
                        .then(id -> customers.change(
                                caller,
                                id,
                                Expected.anything(),
                                now -> new Customer.Details(
                                        text(fields, "Name").orElse(now.name()),
                                        text(fields, "Email").orElse(now.email()),
                                        text(fields, "CompanyName").orElse(now.companyName()),
                                        fields.text("Notes").orElse(now.notes())))),
                customer -> replies.success());
    }

    Answer removeCustomer(Caller caller, Request request, Fields fields) {
        return writes.once(
                request,
                caller,
                fields,
                () -> customer(fields).then(id -> customers.remove(caller, id, Expected.anything())),
                customer -> replies.success());
    }

    private static Outcome<CustomerId> customer(Fields fields) {
        OptionalLong id = fields.integer("CustomerId");
        return id.isPresent() && id.getAsLong() > 0
                ? Outcome.success(new CustomerId(id.getAsLong()))
                : Outcome.refused(new Refusal.NotFound(Refusal.Kind.CUSTOMER));
    }

    Answer getCustomers(Caller caller, Request request, Fields fields) {
        String search = fields.optional("Search", MAX_SEARCH).orElse("");
        int limit = (int) Math.clamp(fields.integer("Limit").orElse(MAX_PAGE), 1, MAX_PAGE);
        long after = Math.max(0, fields.integer("StartingAfter").orElse(0));
        return switch (customers.list(caller, search, after, limit)) {
            case Outcome.Refused<List<Customer>>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<List<Customer>>(List<Customer> found) ->
                Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    Replies.writeSuccess(json);
                    json.writeArrayPropertyStart("customers");
                    found.forEach(customer -> write(json, customer));
                    json.writeEndArray();
                }));
        };
    }

    /// In characters.
    private static final int MAX_SEARCH = 256;

    private static void write(JsonGenerator json, Customer customer) {
        json.writeStartObject();
        json.writeNumberProperty("id", customer.id().value());
        json.writeStringProperty("name", customer.details().name());
        json.writeStringProperty("email", customer.details().email());
        json.writeStringProperty("companyName", customer.details().companyName());
        json.writeStringProperty("notes", customer.details().notes());
        json.writeStringProperty("created", KeyDocument.text(customer.createdAt()));
        json.writeEndObject();
    }

    Answer getCustomerLicenses(Caller caller, Request request, Fields fields) {
        Outcome<CustomerId> customer =
                customer(fields).then(id -> customers.known(caller, id).map(Customer::id));
        return licenses(readKeys.ofCustomer(caller, Permission.GET_CUSTOMER_LICENSES, customer));
    }

    Answer getCustomerLicensesBySecret(Caller caller, Request request, Fields fields) {
        Outcome<CustomerId> customer = fields.text("Secret")
                .map(secret -> customers.find(caller, new Secret(secret)).map(Customer::id))
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.CUSTOMER)));
        return licenses(readKeys.ofCustomer(caller, Permission.GET_CUSTOMER_LICENSES_BY_SECRET, customer));
    }

    private Answer licenses(Outcome<List<LicenseKey>> outcome) {
        return switch (outcome) {
            case Outcome.Refused<List<LicenseKey>>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<List<LicenseKey>>(List<LicenseKey> keys) ->
                Json.written(200, json -> {
                    Replies.writeSuccess(json);
                    KeyDocument.writeAll(json, keys, useKeys);
                });
        };
    }
}

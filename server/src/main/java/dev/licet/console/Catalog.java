package dev.licet.console;

import static dev.licet.core.identity.Permission.ADD_CUSTOMER;
import static dev.licet.core.identity.Permission.ADD_DATA_OBJECT;
import static dev.licet.core.identity.Permission.CREATE_KEY;
import static dev.licet.core.identity.Permission.CREATE_LICENSE;
import static dev.licet.core.identity.Permission.DEACTIVATE;
import static dev.licet.core.identity.Permission.EDIT_CUSTOMER;
import static dev.licet.core.identity.Permission.ERASE_EVENTS;
import static dev.licet.core.identity.Permission.EXTEND_LICENSE;
import static dev.licet.core.identity.Permission.GET_AUDIT;
import static dev.licet.core.identity.Permission.GET_CUSTOMERS;
import static dev.licet.core.identity.Permission.GET_KEY;
import static dev.licet.core.identity.Permission.GET_KEYS;
import static dev.licet.core.identity.Permission.GET_LICENSES;
import static dev.licet.core.identity.Permission.GET_PURCHASES;
import static dev.licet.core.identity.Permission.LIST_DATA_OBJECTS;
import static dev.licet.core.identity.Permission.MANAGE;
import static dev.licet.core.identity.Permission.REMOVE_CUSTOMER;
import static dev.licet.core.identity.Permission.REMOVE_DATA_OBJECT;
import static dev.licet.core.identity.Permission.SELL;
import static dev.licet.core.identity.Permission.SET_STRING_VALUE;

import dev.licet.console.Things.Column;
import dev.licet.console.Things.Part;
import dev.licet.console.view.Cell;
import dev.licet.console.view.Cell.Tone;
import dev.licet.console.view.FormField.Choice;
import dev.licet.core.identity.Permission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;

/// All kinds of things that the console lists. To show another one, add it here and to [Navigation].
final class Catalog {
    private static final String PRODUCTS = "/v1/products";
    private static final String LICENSES = "/v1/licenses";
    private static final String CUSTOMERS = "/v1/customers";
    private static final Predicate<JsonNode> IN_USE =
            thing -> !thing.path("revoked").asBoolean(false);

    private static final List<Things> ALL = Stream.of(
                    products(),
                    keys(),
                    activations(),
                    seats(),
                    dataObjects(),
                    files(),
                    templates(),
                    licenses(),
                    purchases(),
                    customers(),
                    users(),
                    applications(),
                    tokens(),
                    accounts(),
                    erasures(),
                    fileKeys(),
                    audit())
            .map(Things.Builder::build)
            .toList();

    private Catalog() {}

    static Optional<Things> find(String slug) {
        return ALL.stream().filter(things -> things.slug().equals(slug)).findFirst();
    }

    static List<Things> all() {
        return ALL;
    }

    private static Column column(String label, Function<JsonNode, Cell> cell) {
        return new Column(label, (thing, names) -> cell.apply(thing));
    }

    private static Column text(String label, String member) {
        return column(label, thing -> Cells.text(thing.path(member)));
    }

    private static Column code(String label, String member) {
        return column(label, thing -> Cells.code(thing.path(member)));
    }

    private static Column time(String label, String member) {
        return column(label, thing -> Cells.time(thing.path(member)));
    }

    private static Column number(String label, String member) {
        return column(label, thing -> Cells.number(thing.path(member)));
    }

    private static Column length(String label, String member) {
        return column(label, thing -> Cells.length(thing.path(member)));
    }

    private static Column tags(String label, String member) {
        return column(label, thing -> Cells.tags(thing.path(member)));
    }

    private static Column state() {
        return column("State", Cells::revoked);
    }

    /// Another thing, by its name.
    private static Column of(String label, String member, String list, String slug) {
        return new Column(label, (thing, names) -> {
            String id = thing.path(member).asString("");
            return id.isEmpty()
                    ? Cells.NOTHING
                    : new Cell.Link(names.of(list, id), "/console/" + slug + "/" + Visit.encoded(id), false);
        });
    }

    private static Things.Builder products() {
        Field name = Field.text("name", "Name").needed();
        return Things.of("products", "Products", MANAGE, PRODUCTS)
                .lead("What you sell: a program, a site, a catalogue. Keys, events and purchases are of a product.")
                .columns(
                        text("Name", "name"),
                        code("Number", "productId"),
                        length("Events kept", "retention"),
                        column(
                                "Values",
                                thing -> thing.path("valuesAreWhole").asBoolean(false)
                                        ? new Cell.Text("whole units")
                                        : new Cell.Text("minor units")),
                        time("Made", "createdAt"),
                        state())
                .facts(code("Id", "id"))
                .parts(new Part("Keys", "keys", "product={id}", "It has no key yet."))
                .general(Deed.of("add", "New product", MANAGE, "POST", PRODUCTS)
                        .says("Keys and events can name it from then on.")
                        .fields(name)
                        .done("The product is there."))
                .deeds(
                        Deed.of("change", "Change", MANAGE, "PATCH", PRODUCTS + "/{id}")
                                .fields(
                                        name,
                                        Field.of(Field.Kind.DAYS, "retention", "Days that events are kept")
                                                .orNull()
                                                .hint("30 at least; nothing for as long as the server keeps them"),
                                        Field.flag("valuesAreWhole", "Values of money are whole units")
                                                .hint("else the last digits are cents or what the currency has"))
                                .to(IN_USE)
                                .done("The product is changed."),
                        Deed.of("revoke", "Revoke", MANAGE, "DELETE", PRODUCTS + "/{id}")
                                .dangerous("“{name}” takes no more events and keys, and its keys run no more. What was"
                                        + " recorded stays.")
                                .to(IN_USE)
                                .done("The product is revoked."))
                .empty("There is no product yet.", "{\"name\": \"My program\"}");
    }

    private static Field[] keyTerms() {
        return new Field[] {
            Field.of(Field.Kind.TIME, "expiresAt", "Ends").hint("by the clocks of the account; far ahead if not said"),
            Field.number("maxMachines", "Machines, or seats").hint("0 for any number"),
            Field.number("overdraft", "Seats more than that").hint("that may be held for a while"),
            Field.of(Field.Kind.LINES, "features", "Features").hint("F1 to F8 or names of your own, one a line"),
            Field.of(Field.Kind.LINES, "allowedMachines", "The only machines").hint("one a line; nothing for any"),
            Field.thing("customer", "Customer", CUSTOMERS).orNull(),
            Field.of(Field.Kind.AREA, "notes", "Notes").orNull()
        };
    }

    private static Field[] with(Field first, Field... others) {
        Field[] all = new Field[others.length + 1];
        all[0] = first;
        System.arraycopy(others, 0, all, 1, others.length);
        return all;
    }

    private static Cell standing(JsonNode key, Names names) {
        if (key.path("blocked").asBoolean(false)) {
            return new Cell.Badge("blocked", Tone.BAD);
        }
        return isPast(key.path("expiresAt"), names)
                ? new Cell.Badge("expired", Tone.WARN)
                : new Cell.Badge("good", Tone.GOOD);
    }

    private static boolean isPast(JsonNode time, Names names) {
        return time.isString() && !Instant.parse(time.asString()).isAfter(names.now());
    }

    private static Things.Builder keys() {
        return Things.of("keys", "Keys", GET_KEYS, "/v1/keys")
                .lead("What customers type in. A key says what may run, where, and until when.")
                .filters(
                        Field.text("search", "Search").hint("key, notes, customer"),
                        Field.thing("product", "Product", PRODUCTS),
                        Field.of(Field.Kind.DATE, "endsFrom", "Ends from"),
                        Field.of(Field.Kind.DATE, "endsUntil", "Ends before"))
                .columns(
                        code("Key", "key"),
                        of("Product", "product", PRODUCTS, "products"),
                        of("Customer", "customer", CUSTOMERS, "customers"),
                        time("Ends", "expiresAt"),
                        column(
                                "Machines",
                                key -> key.path("maxMachines").asLong(0) == 0
                                        ? new Cell.Text("any number")
                                        : Cells.number(key.path("maxMachines"))),
                        tags("Features", "features"),
                        new Column("State", Catalog::standing))
                .facts(
                        code("Id", "id"),
                        length("Period", "period"),
                        number("Overdraft", "overdraft"),
                        tags("Only machines", "allowedMachines"),
                        of("License", "license", LICENSES, "licenses"),
                        text("Notes", "notes"),
                        time("Made", "createdAt"))
                .parts(
                        new Part(
                                "Machines",
                                "activations",
                                "product={product}&key={key}",
                                "It runs on no machine yet: POST /v1/activations, or Key/Activate, lets it."),
                        new Part(
                                "Seats held now",
                                "seats",
                                "product={product}&key={key}",
                                "Nobody holds a seat: POST /v1/seats takes one."),
                        new Part("Data objects", "data-objects", "product={product}&key={key}", "It has none."),
                        new Part("License files", "files", "product={product}&key={key}", "None was given out."))
                .general(Deed.of("add", "New keys", CREATE_KEY, "POST", "/v1/keys")
                        .says("They are good at once.")
                        .fields(with(
                                Field.thing("product", "Product", PRODUCTS).needed(),
                                with(
                                        Field.choice(
                                                "form",
                                                "Form",
                                                "checked",
                                                "25 signs, the last two check the others",
                                                "letters",
                                                "four times five letters"),
                                        keyTerms())))
                        .done("The key is there.")
                        .shows("key", "Key"))
                .deeds(
                        Deed.of("change", "Change", MANAGE, "PATCH", "/v1/keys/{id}")
                                .fields(keyTerms())
                                .done("The key is changed."),
                        Deed.of("extend", "Extend", EXTEND_LICENSE, "POST", "/v1/keys/{id}/extend")
                                .says("Moves the end of {name}; of an expired key from now.")
                                .fields(Field.number("days", "Days").needed().hint("less, if negative"))
                                .done("The end is moved."),
                        Deed.of("block", "Block", MANAGE, "PATCH", "/v1/keys/{id}")
                                .with("blocked", BooleanNode.TRUE)
                                .dangerous("{name} runs nowhere from then on, until it is unblocked. Its machines stay"
                                        + " known, and seats of it end with their interval.")
                                .to(key -> !key.path("blocked").asBoolean(false))
                                .done("The key is blocked."),
                        Deed.of("unblock", "Unblock", MANAGE, "PATCH", "/v1/keys/{id}")
                                .with("blocked", BooleanNode.FALSE)
                                .says("{name} runs again.")
                                .to(key -> key.path("blocked").asBoolean(false))
                                .done("The key is unblocked."))
                .empty("There is no key yet.", "{\"product\": \"PRODUCT\", \"maxMachines\": 3}");
    }

    private static Things.Builder activations() {
        return Things.of("activations", "Machines", GET_KEY, "/v1/activations")
                .columns(
                        code("Machine", "machine"),
                        text("Name", "friendlyName"),
                        text("Address", "address"),
                        time("Since", "activatedAt"))
                .deeds(Deed.of("remove", "Take off", DEACTIVATE, "DELETE", "/v1/activations/{id}")
                        .dangerous("{name} may not run any more, and another machine may in its place.")
                        .done("The machine is off."));
    }

    private static Things.Builder seats() {
        return Things.of("seats", "Seats", MANAGE, "/v1/seats")
                .columns(
                        code("Machine", "machine"),
                        text("User", "user"),
                        text("Name", "friendlyName"),
                        time("Since", "since"),
                        time("Until, unless it pings", "until"),
                        column(
                                "State",
                                seat -> seat.path("borrowedUntil").isString()
                                        ? new Cell.Badge("borrowed", Tone.WARN)
                                        : seat.path("overdraft").asBoolean(false)
                                                ? new Cell.Badge("overdraft", Tone.WARN)
                                                : new Cell.Badge("held", Tone.GOOD)))
                .deeds(Deed.of("release", "Release", MANAGE, "DELETE", "/v1/seats/{id}")
                        .dangerous("The seat of {name} is taken away; its next ping is refused, and who waits may have"
                                + " it.")
                        .done("The seat is free."));
    }

    private static Things.Builder dataObjects() {
        return Things.of("data-objects", "Data objects", LIST_DATA_OBJECTS, "/v1/data-objects")
                .lead("Texts and numbers that your programs keep here: at the account, a product, a key or a machine.")
                .filters(Field.text("contains", "Name contains"))
                .columns(text("Name", "name"), number("Number", "number"), text("Text", "text"), code("Id", "id"))
                .general(Deed.of("add", "New data object", ADD_DATA_OBJECT, "POST", "/v1/data-objects")
                        .says("It is kept at the account, or at the product that you choose.")
                        .fields(
                                Field.text("name", "Name").needed(),
                                Field.thing("product", "Product", PRODUCTS),
                                Field.of(Field.Kind.AREA, "text", "Text"),
                                Field.number("number", "Number"))
                        .done("The data object is there."))
                .deeds(
                        Deed.of("change", "Change", SET_STRING_VALUE, "PATCH", "/v1/data-objects/{id}")
                                .fields(
                                        Field.of(Field.Kind.AREA, "text", "Text")
                                                .orNull(),
                                        Field.number("number", "Number"))
                                .done("The data object is changed."),
                        Deed.of("remove", "Remove", REMOVE_DATA_OBJECT, "DELETE", "/v1/data-objects/{id}")
                                .dangerous("“{name}” and what it has are gone for good.")
                                .done("The data object is removed."))
                .empty("There is no data object yet.", "{\"name\": \"credits\", \"number\": 100}");
    }

    private static Things.Builder files() {
        return Things.of("files", "License files", GET_KEY, "/v1/files")
                .fromListOnly()
                .columns(
                        code("Machine", "machine"),
                        time("Given", "issuedAt"),
                        time("Good until", "validUntil"),
                        code("Signed with", "signedWith"));
    }

    private static Things.Builder templates() {
        return Things.of("templates", "Key templates", MANAGE, "/v1/templates")
                .lead("What keys are issued with, under a name.")
                .fromListOnly()
                .columns(
                        text("Name", "name"),
                        of("Product", "product", PRODUCTS, "products"),
                        length("Period", "period"),
                        number("Machines", "maxMachines"),
                        tags("Features", "features"))
                .general(Deed.of("add", "New template", MANAGE, "POST", "/v1/templates")
                        .says("Keys can be issued with it from then on.")
                        .fields(
                                Field.text("name", "Name").needed(),
                                Field.thing("product", "Product", PRODUCTS).needed(),
                                Field.of(Field.Kind.DAYS, "period", "Days"),
                                Field.number("maxMachines", "Machines, or seats")
                                        .hint("0 for any number"),
                                Field.of(Field.Kind.LINES, "features", "Features")
                                        .hint("one a line"))
                        .done("The template is there."))
                .deeds(Deed.of("remove", "Remove", MANAGE, "DELETE", "/v1/templates/{id}")
                        .dangerous("“{name}” is gone; keys that were issued with it stay.")
                        .done("The template is removed."))
                .empty(
                        "There is no template yet.",
                        "{\"product\": \"PRODUCT\", \"name\": \"trial\", \"period\": \"P14D\"}");
    }

    private static Column termColumn(String label, String member) {
        return column(label, thing -> Cells.term(thing.path(member)));
    }

    private static Cell kindOfLicense(JsonNode license) {
        return new Cell.Text(
                switch (license.path("type").asString("")) {
                    case "own" -> "to own";
                    case "rental" -> "rental";
                    case "subscriptionRecurring" -> "subscription, renewed";
                    case "subscriptionNotRecurring" -> "subscription, once";
                    default -> "";
                });
    }

    private static Things.Builder licenses() {
        return Things.of("licenses", "Licenses", GET_LICENSES, LICENSES)
                .lead("The terms that you sell under: a price, a term, and when its clock starts. They never change"
                        + " once made.")
                .columns(
                        text("Name", "name"),
                        column("Type", Catalog::kindOfLicense),
                        column("Price", license -> Cells.money(license.path("price"))),
                        termColumn("Term", "term"),
                        number("Streams", "streams"),
                        time("Made", "createdAt"))
                .facts(
                        code("Id", "id"),
                        column(
                                "Its clock starts",
                                license -> new Cell.Text(
                                        switch (license.path("begins").asString("")) {
                                            case "firstActivation" -> "at the first activation";
                                            case "firstPlay" -> "at the first play";
                                            default -> "at the purchase";
                                        })),
                        column(
                                "Renewed from",
                                license -> new Cell.Text(
                                        license.path("renewsFrom").asString("").equals("now") ? "now" : "its end")),
                        termColumn("Grace", "grace"),
                        termColumn("Expires soon within", "expiresSoon"))
                .parts(new Part("Purchases", "purchases", "license={id}", "Nobody has bought it yet."))
                .general(Deed.of("add", "New license", CREATE_LICENSE, "POST", LICENSES)
                        .says("It can be sold from then on. Its terms can't be changed.")
                        .fields(
                                Field.text("name", "Name").needed(),
                                Field.choice(
                                                "type",
                                                "Type",
                                                "own",
                                                "to own",
                                                "rental",
                                                "rental",
                                                "subscriptionRecurring",
                                                "subscription, renewed",
                                                "subscriptionNotRecurring",
                                                "subscription, once")
                                        .needed(),
                                Field.of(Field.Kind.MONEY, "price", "Price").needed(),
                                Field.of(Field.Kind.TERM, "term", "Term").hint("nothing for one to own"),
                                Field.choice(
                                        "begins",
                                        "Its clock starts",
                                        "purchase",
                                        "at the purchase",
                                        "firstActivation",
                                        "at the first activation",
                                        "firstPlay",
                                        "at the first play"),
                                Field.of(Field.Kind.TERM, "grace", "Grace after its end"),
                                Field.of(Field.Kind.TERM, "expiresSoon", "Expires soon within"),
                                Field.number("streams", "Streams at once").hint("0 for any number"))
                        .done("The license is there."))
                .empty(
                        "There is no license yet.",
                        "{\"name\": \"Weekend\", \"type\": \"rental\", \"price\": {\"amount\": \"1.99\", \"currency\": \"USD\"},"
                                + " \"term\": {\"count\": 2, \"unit\": \"day\"}}");
    }

    private static Cell standingOfPurchase(JsonNode purchase) {
        String standing = purchase.path("standing").asString("");
        return switch (standing) {
            case "running" -> new Cell.Badge("running", Tone.GOOD);
            case "waiting" -> new Cell.Badge("not begun", Tone.QUIET);
            case "expiresSoon" -> new Cell.Badge("expires soon", Tone.WARN);
            case "grace" -> new Cell.Badge("in grace", Tone.WARN);
            case "blocked" -> new Cell.Badge("blocked", Tone.BAD);
            default -> new Cell.Badge(standing, Tone.QUIET);
        };
    }

    private static boolean isOver(JsonNode purchase) {
        return purchase.path("refundedAt").isString();
    }

    private static Things.Builder purchases() {
        Column who = new Column("Who", (purchase, names) -> {
            String customer = purchase.path("customer").asString("");
            return customer.isEmpty()
                    ? Cells.text(purchase.path("viewer"))
                    : new Cell.Link(
                            names.of(CUSTOMERS, customer), "/console/customers/" + Visit.encoded(customer), false);
        });
        String path = "/v1/purchases";
        return Things.of("purchases", "Purchases", GET_PURCHASES, path)
                .lead("Who bought what, until when it runs, and what was paid.")
                .filters(
                        Field.thing("customer", "Customer", CUSTOMERS),
                        Field.text("viewer", "Viewer"),
                        Field.thing("product", "Product", PRODUCTS),
                        Field.thing("license", "License", LICENSES))
                .columns(
                        code("Key", "key"),
                        who,
                        of("Product", "product", PRODUCTS, "products"),
                        of("License", "license", LICENSES, "licenses"),
                        text("Title", "title"),
                        time("Bought", "boughtAt"),
                        time("Ends", "expiresAt"),
                        column("State", Catalog::standingOfPurchase))
                .facts(
                        code("Id", "id"),
                        number("Terms", "terms"),
                        time("Begun", "begunAt"),
                        time("Cancelled", "cancelledAt"),
                        time("Refunded", "refundedAt"),
                        column("Paid", Catalog::payments))
                .general(Deed.of("add", "Sell", SELL, "POST", path)
                        .says("The purchase and its revenue are recorded. No money is moved.")
                        .fields(
                                Field.thing("license", "License", LICENSES).needed(),
                                Field.thing("product", "Product", PRODUCTS).needed(),
                                Field.text("title", "Title").hint("of a catalogue; may be nothing"),
                                Field.thing("customer", "Customer", CUSTOMERS),
                                Field.text("viewer", "Viewer").hint("by your own name, if not a customer"),
                                Field.of(Field.Kind.MONEY, "price", "Price").hint("if not the license's"))
                        .done("It is sold.")
                        .shows("key", "Key"))
                .deeds(
                        Deed.of("renew", "Renew", SELL, "POST", path + "/{id}/renew")
                                .says("Sells one term more, and records its revenue.")
                                .fields(Field.of(Field.Kind.MONEY, "price", "Price")
                                        .hint("if not the license's"))
                                .to(purchase -> !isOver(purchase))
                                .done("It is renewed."),
                        Deed.of("transfer", "Transfer", SELL, "POST", path + "/{id}/transfer")
                                .says("Gives it to somebody else; who had it can't run it any more.")
                                .fields(Field.thing("customer", "Customer", CUSTOMERS), Field.text("viewer", "Viewer"))
                                .to(purchase -> !isOver(purchase))
                                .done("It is somebody else's."),
                        Deed.of("cancel", "Cancel", SELL, "POST", path + "/{id}/cancel")
                                .dangerous("It is renewed no more, and runs until its end.")
                                .to(purchase -> !isOver(purchase)
                                        && !purchase.path("cancelledAt").isString())
                                .done("It is cancelled."),
                        Deed.of("refund", "Refund", SELL, "POST", path + "/{id}/refund")
                                .dangerous("Records that money was paid back; no money is moved.")
                                .fields(
                                        Field.of(Field.Kind.MONEY, "amount", "Amount")
                                                .hint("all that was paid, if not said"),
                                        Field.flag("ends", "It runs no more"))
                                .to(purchase -> !isOver(purchase))
                                .done("It is refunded."))
                .empty(
                        "Nothing is sold yet.",
                        "{\"license\": \"LICENSE\", \"product\": \"PRODUCT\", \"viewer\": \"ann\"}");
    }

    private static Cell payments(JsonNode purchase) {
        List<String> all = new ArrayList<>();
        for (JsonNode payment : purchase.path("payments")) {
            JsonNode amount = payment.has("amount") ? payment.path("amount") : payment.path("price");
            all.add((amount.path("amount").asString("") + " "
                            + amount.path("currency").asString("") + " "
                            + payment.path("kind").asString(""))
                    .strip());
        }
        return all.isEmpty() ? Cells.NOTHING : new Cell.Tags(all);
    }

    private static Field[] customer() {
        return new Field[] {
            Field.text("name", "Name").orNull(),
            Field.text("email", "Email").orNull(),
            Field.text("companyName", "Company").orNull(),
            Field.of(Field.Kind.AREA, "notes", "Notes").orNull()
        };
    }

    private static Things.Builder customers() {
        return Things.of("customers", "Customers", GET_CUSTOMERS, CUSTOMERS)
                .lead("Who has your keys.")
                .filters(Field.text("search", "Search").hint("name, email, company"))
                .columns(
                        column("Name", customer -> new Cell.Text(Cells.name(customer))),
                        text("Email", "email"),
                        text("Company", "companyName"),
                        time("Since", "createdAt"))
                .facts(code("Id", "id"), text("Notes", "notes"))
                .parts(
                        new Part("Keys", "keys", "customer={id}", "They have no key."),
                        new Part("Purchases", "purchases", "customer={id}", "They have bought nothing."))
                .general(Deed.of("add", "New customer", ADD_CUSTOMER, "POST", CUSTOMERS)
                        .says("Their secret is what their programs name them by.")
                        .fields(customer())
                        .done("The customer is there.")
                        .shows("secret", "Secret"))
                .deeds(
                        Deed.of("change", "Change", EDIT_CUSTOMER, "PATCH", CUSTOMERS + "/{id}")
                                .fields(customer())
                                .done("The customer is changed."),
                        Deed.of("remove", "Remove", REMOVE_CUSTOMER, "DELETE", CUSTOMERS + "/{id}")
                                .dangerous("{name} is forgotten; their keys stay, and are nobody's.")
                                .done("The customer is removed."))
                .empty("There is no customer yet.", "{\"name\": \"Ann Example\", \"email\": \"ann@example.com\"}");
    }

    private static Field permissions() {
        return Field.of(Field.Kind.CHOICES, "permissions", "May do")
                .among(Arrays.stream(Permission.values())
                        .map(permission -> new Choice(permission.label(), permission.label()))
                        .toList());
    }

    private static Things.Builder users() {
        return Things.of("users", "Users", MANAGE, "/v1/users")
                .lead("People of your account: who may sign in here, and what they may do.")
                .fromListOnly()
                .columns(
                        text("Name", "username"),
                        column("May do", Catalog::rights),
                        time("Since", "createdAt"),
                        state())
                .general(Deed.of("add", "New user", MANAGE, "POST", "/v1/users")
                        .says("The password is shown once. Who may do nothing can't sign in here.")
                        .fields(
                                Field.text("username", "Name").needed().hint("3 to 40 letters and digits"),
                                permissions())
                        .done("The user is there.")
                        .shows("password", "Password"))
                .deeds(
                        Deed.of("change", "Change", MANAGE, "PATCH", "/v1/users/{id}")
                                .fields(Field.text("username", "Name").needed(), permissions())
                                .to(IN_USE)
                                .done("The user is changed."),
                        Deed.of("reset", "New password", MANAGE, "POST", "/v1/users/{id}/reset")
                                .dangerous(
                                        "{name}’s password, sessions and tokens end. The new password is shown once.")
                                .to(IN_USE)
                                .done("The password is changed.")
                                .shows("password", "Password"),
                        Deed.of("revoke", "Revoke", MANAGE, "DELETE", "/v1/users/{id}")
                                .dangerous(
                                        "{name} can’t sign in any more; sessions and tokens end. This can’t be undone.")
                                .to(IN_USE)
                                .done("The user is revoked."));
    }

    private static Cell rights(JsonNode thing) {
        int count = thing.path("permissions").size();
        if (count > 4) {
            return new Cell.Text(
                    count >= Permission.values().length - 1
                            ? "everything"
                            : Cells.plural(count, "thing") + " of " + Permission.values().length);
        }
        return Cells.tags(thing.path("permissions"));
    }

    private static Things.Builder applications() {
        Field quota =
                Field.number("quota.calls", "Calls").orNull().hint("at most, in a window; nothing for any number");
        Field window = Field.choice("quota.window", "Window", "PT1M", "a minute", "PT1H", "an hour", "PT24H", "a day");
        Field permission = Field.choice("permission", "May", "read", "read", "write", "read and write");
        Field partner = Field.flag("partner", "Partner").hint("may call what is not open to the general public");
        return Things.of("applications", "Applications", MANAGE, "/v1/applications")
                .lead("Programs that call with an apiKey of their own.")
                .fromListOnly()
                .columns(
                        text("Name", "name"),
                        text("May", "permission"),
                        column("Partner", application -> Cells.yes(application.path("partner"), "partner", Tone.QUIET)),
                        column("Quota", Catalog::quota),
                        length("Gap", "gap"),
                        time("Made", "createdAt"),
                        new Column("State", Catalog::stateUntil))
                .general(Deed.of("add", "New application", MANAGE, "POST", "/v1/applications")
                        .says("Its apiKey is shown once.")
                        .fields(
                                Field.text("name", "Name").needed(),
                                permission,
                                partner,
                                quota,
                                window,
                                Field.text("gap", "Gap between calls").hint("such as PT0.5S"))
                        .done("The application is there.")
                        .shows("apiKey", "apiKey"))
                .deeds(
                        Deed.of("change", "Change", MANAGE, "PATCH", "/v1/applications/{id}")
                                .fields(
                                        permission,
                                        partner,
                                        quota,
                                        window,
                                        Field.text("gap", "Gap between calls")
                                                .orNull()
                                                .hint("such as PT0.5S"))
                                .to(IN_USE)
                                .done("The application is changed."),
                        Deed.of("revoke", "Revoke", MANAGE, "DELETE", "/v1/applications/{id}")
                                .dangerous(
                                        "Whoever calls with the apiKey of “{name}” is refused from then on. This can’t"
                                                + " be undone.")
                                .to(IN_USE)
                                .done("The application is revoked."));
    }

    /// What was used of it, against its limit.
    private static Cell quota(JsonNode application) {
        JsonNode quota = application.path("quota");
        if (!quota.isObject()) {
            return Cells.NOTHING;
        }
        long calls = quota.path("calls").asLong();
        long used = quota.path("used").asLong(0);
        String text = used + " of " + calls + " in "
                + Cells.length(quota.path("window").asString());
        return used >= calls
                ? new Cell.Badge(text, Tone.BAD)
                : used * 5 >= calls * 4 ? new Cell.Badge(text, Tone.WARN) : new Cell.Text(text);
    }

    private static Cell stateUntil(JsonNode thing, Names names) {
        return IN_USE.test(thing) && isPast(thing.path("expiresAt"), names)
                ? new Cell.Badge("expired", Tone.QUIET)
                : Cells.revoked(thing);
    }

    private static Things.Builder tokens() {
        return Things.of("tokens", "Tokens", MANAGE, "/v1/tokens")
                .lead("What programs show to the API: it says what they may do.")
                .fromListOnly()
                .columns(
                        text("Name", "name"),
                        column("May do", Catalog::rights),
                        code("Product", "productId"),
                        time("Made", "createdAt"),
                        time("Good until", "expiresAt"),
                        new Column("State", Catalog::stateUntil))
                .general(Deed.of("add", "New token", MANAGE, "POST", "/v1/tokens")
                        .says("It is shown once.")
                        .fields(
                                Field.text("name", "Name").needed(),
                                permissions(),
                                Field.number("productId", "Only for the product number")
                                        .hint("nothing for all"),
                                Field.choice(
                                        "validFor",
                                        "Good for",
                                        "",
                                        "ever",
                                        "PT1H",
                                        "an hour",
                                        "PT24H",
                                        "a day",
                                        "PT720H",
                                        "30 days",
                                        "PT8760H",
                                        "365 days"))
                        .done("The token is there.")
                        .shows("accessToken", "Token"))
                .deeds(
                        Deed.of("change", "Change", MANAGE, "PATCH", "/v1/tokens/{id}")
                                .fields(permissions())
                                .to(IN_USE)
                                .done("The token is changed."),
                        Deed.of("revoke", "Revoke", MANAGE, "DELETE", "/v1/tokens/{id}")
                                .dangerous("Whoever calls with “{name}” is refused from then on. This can’t be undone.")
                                .to(IN_USE)
                                .done("The token is revoked."));
    }

    private static Things.Builder accounts() {
        return Things.of("accounts", "Accounts", MANAGE, "/v1/accounts")
                .lead("Each account has things of its own, and sees no other's.")
                .fromListOnly()
                .columns(
                        text("Name", "name"),
                        code("Number", "accountNumber"),
                        text("Time zone", "zone"),
                        time("Since", "createdAt"),
                        state())
                .general(Deed.of("add", "New account", Permission.OPERATE, "POST", "/v1/accounts")
                        .says("It begins with nothing: give it a user by the command line, or by the API.")
                        .fields(Field.text("name", "Name").needed())
                        .done("The account is there."))
                .deeds(
                        Deed.of("change", "Change", MANAGE, "PATCH", "/v1/accounts/{id}")
                                .says("Days, weeks and months are those of its time zone, in terms and in insights.")
                                .fields(
                                        Field.text("name", "Name").needed(),
                                        Field.text("zone", "Time zone").hint("such as Europe/Prague"))
                                .to(IN_USE)
                                .done("The account is changed."),
                        Deed.of("revoke", "Revoke", Permission.OPERATE, "DELETE", "/v1/accounts/{id}")
                                .dangerous("“{name}” ends with all its users, applications and tokens. This can’t be"
                                        + " undone.")
                                .to(IN_USE)
                                .done("The account is revoked."));
    }

    private static Things.Builder erasures() {
        return Things.of("erasures", "Erasures", ERASE_EVENTS, "/v1/erasures")
                .lead("Events that were taken out for good, each with a certificate.")
                .columns(
                        time("Asked", "askedAt"),
                        text("Kind", "kind"),
                        column("Of", erasure -> new Cell.Text(subject(erasure.path("subject")))),
                        text("Reason", "reason"),
                        column(
                                "State",
                                erasure -> erasure.path("state").asString("").equals("done")
                                        ? new Cell.Badge("done", Tone.GOOD)
                                        : new Cell.Badge(erasure.path("state").asString(""), Tone.WARN)))
                .facts(
                        code("Id", "id"),
                        number("Up to event", "upTo"),
                        column("What was done", erasure -> Cells.changed(Rest.object(), erasure.path("done"))),
                        code("Certificate", "certificate"))
                .general(Deed.of("add", "Erase", ERASE_EVENTS, "POST", "/v1/erasures")
                        .dangerous("All events so far that name this machine, key or user are erased, everywhere. This"
                                + " can’t be undone.")
                        .fields(
                                Field.text("machine", "Machine"),
                                Field.text("key", "Key"),
                                Field.text("user", "User"),
                                Field.text("reason", "Reason").needed())
                        .done("The erasure has begun; it goes on by itself."))
                .empty("Nothing was erased.", "");
    }

    private static String subject(JsonNode subject) {
        // Nobody is named by it: the hash shows who knows the name that it is theirs.
        String hash = subject.path("sha256").asString("");
        return hash.isEmpty() ? "" : "hash " + hash.substring(0, Math.min(12, hash.length()));
    }

    private static Things.Builder fileKeys() {
        return Things.of("file-keys", "File keys", MANAGE, "/v1/file-keys")
                .lead("The public keys by which your programs check license files.")
                .fromListOnly()
                .columns(
                        code("Id", "id"),
                        code("Public key", "publicKey"),
                        code("Endorsed by", "endorsedBy"),
                        time("Made", "createdAt"))
                .general(Deed.of("add", "New pair", MANAGE, "POST", "/v1/file-keys")
                        .says("Files are signed with it from then on; programs that know an older one trust it, since"
                                + " that one endorses it.")
                        .done("The pair is there."))
                .empty("There is none yet: the first license file makes one.", "");
    }

    private static Things.Builder audit() {
        return Things.of("audit", "Audit", GET_AUDIT, "/v1/audit")
                .lead("Who changed what. Each line is chained to the one before: ./licet verify checks it.")
                .fromListOnly()
                .filters(
                        Field.choice(
                                "kind",
                                "Kind",
                                "",
                                "all",
                                "account",
                                "account",
                                "activation",
                                "machine",
                                "application",
                                "application",
                                "customer",
                                "customer",
                                "dataObject",
                                "data object",
                                "erasure",
                                "erasure",
                                "file",
                                "license file",
                                "fileKey",
                                "file key",
                                "key",
                                "key",
                                "license",
                                "license",
                                "message",
                                "message",
                                "payment",
                                "payment",
                                "product",
                                "product",
                                "purchase",
                                "purchase",
                                "seat",
                                "seat",
                                "template",
                                "template",
                                "token",
                                "token",
                                "user",
                                "user"),
                        Field.text("object", "Id of a thing").hint("with its kind"),
                        Field.of(Field.Kind.TIME, "from", "From"),
                        Field.of(Field.Kind.TIME, "until", "Until"))
                .columns(
                        time("When", "at"),
                        column(
                                "What",
                                entry -> new Cell.Text(entry.path("kind").asString("") + " "
                                        + entry.path("action").asString(""))),
                        code("Which", "object"),
                        column("Changes", entry -> Cells.changed(entry.path("before"), entry.path("after"))),
                        column("By", Catalog::by),
                        column("From", entry -> Cells.text(entry.path("by").path("address"))))
                .empty("Nothing was changed yet.", "");
    }

    private static Cell by(JsonNode entry) {
        JsonNode by = entry.path("by");
        for (String who : List.of("user", "token", "application")) {
            if (by.path(who).isString()) {
                return new Cell.Code(by.path(who).asString());
            }
        }
        return new Cell.Text("the server");
    }
}

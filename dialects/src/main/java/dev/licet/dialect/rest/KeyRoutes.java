package dev.licet.dialect.rest;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.LicenseId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TemplateId;
import dev.licet.core.license.Activation;
import dev.licet.core.license.ChangeKeys;
import dev.licet.core.license.KeyCall;
import dev.licet.core.license.KeyForm;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.LogKeyCalls;
import dev.licet.core.license.ReadKeys;
import dev.licet.core.license.UseKeys;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/// Keys and the machines that they run on, and the templates that keys are made from.
final class KeyRoutes {
    private static final String ACTIVATION = "act_";

    private final ChangeKeys changeKeys;
    private final ReadKeys readKeys;
    private final UseKeys useKeys;
    private final LogKeyCalls log;

    KeyRoutes(RestDialect.UseCases useCases) {
        this.changeKeys = useCases.changeKeys();
        this.readKeys = useCases.readKeys();
        this.useKeys = useCases.useKeys();
        this.log = useCases.log();
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("POST", "/v1/keys", this::issue),
                new Endpoint("GET", "/v1/keys", this::list),
                new Endpoint("GET", "/v1/keys/{key}", this::find),
                new Endpoint("PATCH", "/v1/keys/{key}", this::set),
                new Endpoint("POST", "/v1/keys/{key}/extend", this::extend),
                new Endpoint("POST", "/v1/activations", this::activate),
                new Endpoint("GET", "/v1/activations", this::activations),
                new Endpoint("GET", "/v1/activations/{activation}", this::activation),
                new Endpoint("DELETE", "/v1/activations/{activation}", this::deactivate),
                new Endpoint("POST", "/v1/templates", this::addTemplate),
                new Endpoint("GET", "/v1/templates", this::templates),
                new Endpoint("DELETE", "/v1/templates/{template}", this::removeTemplate));
    }

    // Keys

    private Answer issue(Call call) {
        Body body = call.body();
        OptionalLong count = body.number("count");
        KeyForm form = body.text("form")
                .map(text -> switch (text) {
                    case "checked" -> KeyForm.CHECKED;
                    case "letters" -> KeyForm.LETTERS;
                    default -> throw new WrongField("form", "must be checked or letters");
                })
                .orElse(KeyForm.CHECKED);
        Optional<CustomerId> customer = KeyBodies.customer(body);
        Optional<LicenseId> license =
                body.text("license").map(text -> Call.id("lic_", "license", text, LicenseId::new));
        if (license.isPresent() && body.has("period")) {
            throw new WrongField("period", "is the license's to say");
        }
        ChangeKeys.Wanted wanted = new ChangeKeys.Wanted(
                (int) Math.clamp(count.orElse(1), Integer.MIN_VALUE, Integer.MAX_VALUE),
                form,
                KeyBodies.period(body),
                license,
                issued -> KeyBodies.change(body, issued).withCustomer(customer));
        ChangeKeys.For who =
                customer.<ChangeKeys.For>map(ChangeKeys.For.Known::new).orElseGet(ChangeKeys.For.Nobody::new);
        Outcome<List<LicenseKey>> outcome = log.logged(
                call.caller(),
                () -> changeKeys.issue(call.caller(), product(body.text("product")), wanted, who),
                ended -> made(ended).map(keys -> call(call, keys.getFirst(), KeyCall.State.KEY_CREATED, "")));
        return switch (outcome) {
            case Outcome.Refused<List<LicenseKey>>(Refusal refusal) -> Problems.answer(call.request(), refusal);
            case Outcome.Success<List<LicenseKey>>(List<LicenseKey> keys) -> {
                KeyTerms terms = useKeys.report(keys.getFirst()).use().terms();
                yield count.isEmpty()
                        ? Etags.tagged(call, 201, Json.object(json -> KeyBodies.write(json, keys.getFirst(), terms)))
                        : Answer.of(201, Json.MEDIA_TYPE, Json.object(json -> writeAll(json, keys, terms)));
            }
        };
    }

    private static void writeAll(JsonGenerator json, List<LicenseKey> keys, KeyTerms terms) {
        json.writeArrayPropertyStart("data");
        for (LicenseKey key : keys) {
            json.writeStartObject();
            KeyBodies.write(json, key, terms);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static Optional<ProductId> product(Optional<String> text) {
        return text.map(id -> Call.id("prd_", "product", id, ProductId::new));
    }

    private Answer list(Call call) {
        LicenseKeys.Query query = new LicenseKeys.Query(
                product(call.query("product")),
                call.query("customer").map(text -> Call.id("cus_", "customer", text, CustomerId::new)),
                call.query("search").orElse(""),
                time(call, "endsFrom"),
                time(call, "endsUntil"),
                call.after());
        return Reply.cut(
                call,
                readKeys.list(call.caller(), query, call.limit() + 1),
                key -> key.id().value(),
                (json, key) -> write(json, useKeys.report(key)));
    }

    private static Optional<Instant> time(Call call, String name) {
        return call.query(name).map(text -> Times.parse(text).orElseThrow(() -> new WrongField(name, Times.RULE)));
    }

    private static void write(JsonGenerator json, UseKeys.Report report) {
        KeyBodies.write(json, report.key(), report.use().terms());
    }

    private static Outcome<KeyId> key(Call call) {
        return call.inPath("key_", KeyId::new, Refusal.Kind.LICENSE_KEY);
    }

    private Answer find(Call call) {
        return Reply.one(call, 200, key(call).then(id -> useKeys.show(call.caller(), id)), KeyRoutes::write);
    }

    private Answer set(Call call) {
        return Reply.one(
                call,
                200,
                key(call)
                        .then(id -> changeKeys.set(
                                call.caller(),
                                id,
                                Etags.expected(call, KeyRoutes::write),
                                (terms, now) -> KeyBodies.change(call.body(), terms))),
                KeyRoutes::write);
    }

    private static void write(JsonGenerator json, ChangeKeys.KeyState state) {
        KeyBodies.write(json, state.key(), state.terms());
    }

    private Answer extend(Call call) {
        OptionalLong days = call.body().number("days");
        if (days.isEmpty()) {
            throw new WrongField("days", "is required");
        }
        return Reply.one(
                call,
                200,
                key(call).then(id -> changeKeys.extend(call.caller(), id, days.getAsLong())),
                KeyRoutes::write);
    }

    // Activations

    /// What an activation is known by: its key and its machine.
    record Named(KeyId key, String machine) {
        static Optional<Named> parse(String id) {
            int end = id.indexOf('_', ACTIVATION.length());
            OptionalLong key = end > 0 && id.startsWith(ACTIVATION)
                    ? Call.id("", id.substring(ACTIVATION.length(), end))
                    : OptionalLong.empty();
            if (key.isEmpty()) {
                return Optional.empty();
            }
            try {
                byte[] machine = Base64.getUrlDecoder().decode(id.substring(end + 1));
                return Optional.of(new Named(new KeyId(key.getAsLong()), new String(machine, StandardCharsets.UTF_8)));
            } catch (IllegalArgumentException noBase64) {
                return Optional.empty();
            }
        }

        static String id(KeyId key, String machine) {
            return ACTIVATION + key + "_"
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(machine.getBytes(StandardCharsets.UTF_8));
        }
    }

    private Answer activate(Call call) {
        Body body = call.body();
        String key = body.requiredText("key");
        String machine = call.name("machine").orElse("");
        UseKeys.Device device = new UseKeys.Device(
                machine, call.name("friendlyName"), call.request().address());
        Optional<ProductId> product = product(body.text("product"));
        Outcome<UseKeys.Report> outcome = useKeys.activate(
                call.caller(),
                product,
                key,
                device,
                refusal -> log.logFound(
                                call.caller(),
                                call(
                                        call,
                                        product.orElseThrow(),
                                        KeyForm.read(key).orElse(key),
                                        refusal.isPresent()
                                                ? KeyCall.State.ACTIVATION_REFUSED
                                                : KeyCall.State.ACTIVATED,
                                        machine,
                                        device.friendlyName()))
                        .await());
        return switch (outcome) {
            case Outcome.Refused<UseKeys.Report>(Refusal refusal) -> Problems.answer(call.request(), refusal);
            case Outcome.Success<UseKeys.Report>(UseKeys.Report report) -> {
                yield Answer.of(201, Json.MEDIA_TYPE, Json.object(json -> writeActivated(json, report, machine)));
            }
        };
    }

    private static <T> Optional<T> made(Outcome<T> outcome) {
        return outcome instanceof Outcome.Success<T>(T value) ? Optional.of(value) : Optional.empty();
    }

    private KeyCall call(Call call, LicenseKey key, KeyCall.State state, String machine) {
        return call(call, key.product(), key.key(), state, machine, Optional.empty());
    }

    private KeyCall call(
            Call call,
            ProductId product,
            String key,
            KeyCall.State state,
            String machine,
            Optional<String> friendlyName) {
        return new KeyCall(
                0,
                product,
                Optional.of(key),
                call.request().address(),
                log.now(),
                state,
                machine,
                friendlyName,
                Optional.empty(),
                0,
                Optional.empty());
    }

    /// What the program has to know: its activation, if the key keeps machines, and what the key allows.
    private static void writeActivated(JsonGenerator json, UseKeys.Report report, String machine) {
        report.use().activations().stream()
                .filter(activation -> activation.machine().equals(machine))
                .findFirst()
                .ifPresent(activation -> write(json, report.key().id(), activation));
        KeyTerms terms = report.use().terms();
        json.writeBooleanProperty("keyExpired", terms.hasPeriod() && terms.isExpired(report.at()));
        json.writeName("licenseKey");
        json.writeStartObject();
        KeyBodies.write(json, report.key(), terms);
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, KeyId key, Activation activation) {
        json.writeStringProperty("id", Named.id(key, activation.machine()));
        json.writeStringProperty("keyId", "key_" + key);
        json.writeStringProperty("machine", activation.machine());
        activation.friendlyName().ifPresent(name -> json.writeStringProperty("friendlyName", name));
        json.writeStringProperty("address", activation.address());
        json.writeStringProperty("activatedAt", activation.at().toString());
    }

    private Answer activations(Call call) {
        String key = call.query("key").orElseThrow(() -> new WrongField("key", "is required"));
        Outcome<UseKeys.Report> outcome = useKeys.show(call.caller(), product(call.query("product")), key);
        return switch (outcome) {
            case Outcome.Refused<UseKeys.Report>(Refusal refusal) -> Problems.answer(call.request(), refusal);
            case Outcome.Success<UseKeys.Report>(UseKeys.Report report) -> page(call, report);
        };
    }

    /// A page after the activation that the cursor names, which need not be there any more.
    private static Answer page(Call call, UseKeys.Report report) {
        Optional<String> cursor = call.query("cursor");
        List<Activation> left = report.use().activations().stream()
                .filter(activation -> cursor.isEmpty() || place(activation).compareTo(cursor.get()) > 0)
                .sorted(Comparator.comparing(KeyRoutes::place))
                .toList();
        return Reply.page(
                call,
                left,
                KeyRoutes::place,
                (json, activation) -> write(json, report.key().id(), activation));
    }

    /// Sorts as the list does: by time.
    private static String place(Activation activation) {
        long micros =
                activation.at().getEpochSecond() * 1_000_000 + activation.at().getNano() / 1_000;
        return "%019d_%s".formatted(micros, activation.machine());
    }

    private Outcome<Activation> activation(Call call, Named named) {
        return useKeys.show(call.caller(), named.key())
                .then(report -> report.use().activations().stream()
                        .filter(activation -> activation.machine().equals(named.machine()))
                        .findFirst()
                        .map(Outcome::success)
                        .orElseGet(KeyRoutes::unknown));
    }

    private Answer activation(Call call) {
        Outcome<Named> named = named(call);
        return Reply.one(
                call,
                200,
                named.then(found -> activation(call, found).map(activation -> new Shown(found.key(), activation))),
                KeyRoutes::write);
    }

    private record Shown(KeyId key, Activation activation) {}

    private static void write(JsonGenerator json, Shown shown) {
        write(json, shown.key(), shown.activation());
    }

    private static Outcome<Named> named(Call call) {
        return Named.parse(call.argument()).map(Outcome::success).orElseGet(KeyRoutes::unknown);
    }

    private static <T> Outcome<T> unknown() {
        return Outcome.refused(new Refusal.NotFound(Refusal.Kind.ACTIVATION));
    }

    private Answer deactivate(Call call) {
        Outcome<Named> named = named(call);
        Outcome<LicenseKey> outcome = named.then(found -> log.logged(
                call.caller(),
                () -> useKeys.deactivate(
                        call.caller(),
                        found.key(),
                        found.machine(),
                        now -> Etags.<Shown>expected(call, KeyRoutes::write).holds(new Shown(found.key(), now))),
                ended -> made(ended).map(key -> call(call, key, KeyCall.State.DEACTIVATED, found.machine()))));
        return switch (outcome) {
            case Outcome.Refused<LicenseKey>(Refusal refusal) -> Problems.answer(call.request(), refusal);
            case Outcome.Success<LicenseKey>(LicenseKey key) -> {
                String machine = Named.parse(call.argument()).orElseThrow().machine();
                yield Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    json.writeStringProperty("id", call.argument());
                    json.writeStringProperty("keyId", "key_" + key.id());
                    json.writeStringProperty("machine", machine);
                }));
            }
        };
    }

    // Templates

    private Answer addTemplate(Call call) {
        return Reply.one(
                call,
                201,
                changeKeys.addTemplate(
                        call.caller(), product(call.body().text("product")), KeyBodies.template(call.body())),
                KeyBodies::write);
    }

    private Answer templates(Call call) {
        return Reply.cut(
                call,
                changeKeys.templates(call.caller(), call.after(), call.limit() + 1),
                template -> template.id().value(),
                KeyBodies::write);
    }

    private Answer removeTemplate(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("tpl_", TemplateId::new, Refusal.Kind.TEMPLATE)
                        .then(id -> changeKeys.removeTemplate(call.caller(), id)),
                KeyBodies::write);
    }
}

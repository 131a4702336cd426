package dev.licet.dialect.rest;

import dev.licet.core.id.CustomerId;
import dev.licet.core.license.Features;
import dev.licet.core.license.KeyTemplate;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.MachineRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/// Keys and templates of them in JSON: what they allow is read and written here, and nowhere else.
final class KeyBodies {
    private static final long DAY = Duration.ofDays(1).toSeconds();

    private KeyBodies() {}

    /// The terms with what the body says; what it does not say stays as it is, and a null is nothing.
    static KeyTerms change(Body body, KeyTerms now) {
        KeyTerms next = now.withFeatures(features(body, now.features()))
                .withMachines(machines(body, now.machines()))
                .withBlocked(body.flag("blocked").orElse(now.blocked()))
                .withMachinesExtend(body.flag("machinesExtend").orElse(now.machinesExtend()));
        if (body.has("notes")) {
            next = next.withNotes(body.text("notes"));
        }
        if (body.has("customer")) {
            next = next.withCustomer(customer(body));
        }
        if (body.has("period")) {
            next = next.withPeriod(period(body));
        }
        Optional<String> expiry = body.text("expiresAt");
        return expiry.isEmpty()
                ? next
                : next.withExpiry(Times.parse(expiry.get()).orElseThrow(() -> new WrongField("expiresAt", Times.RULE)));
    }

    static Optional<CustomerId> customer(Body body) {
        return body.text("customer").map(text -> Call.id("cus_", "customer", text, CustomerId::new));
    }

    /// Whole days; 0 for no end.
    static int period(Body body) {
        return body.duration("period")
                .map(period -> {
                    if (period.toSeconds() % DAY != 0
                            || period.getNano() != 0
                            || period.toDays() > KeyTerms.MAX_PERIOD) {
                        throw new WrongField(
                                "period", "must be whole days, " + KeyTerms.MAX_PERIOD + " at most, such as P30D");
                    }
                    return (int) period.toDays();
                })
                .orElse(0);
    }

    static KeyTemplate.Content template(Body body) {
        return new KeyTemplate.Content(
                body.requiredText("name"),
                period(body),
                features(body, Features.NONE),
                body.flag("machinesExtend").orElse(false),
                machines(body, MachineRules.ANY));
    }

    /// The eight are called F1 to F8; the others by their names.
    private static Features features(Body body, Features now) {
        Optional<List<String>> given =
                body.has("features") ? Optional.of(body.texts("features").orElse(List.of())) : Optional.empty();
        if (given.isEmpty()) {
            return now;
        }
        Features features = Features.NONE;
        List<String> named = new ArrayList<>();
        for (String name : given.get()) {
            if (name.matches("F[1-8]")) {
                features = features.with(name.charAt(1) - '0', true);
            } else {
                named.add(name);
            }
        }
        return features.withNamed(named);
    }

    private static MachineRules machines(Body body, MachineRules now) {
        List<String> allowed =
                body.has("allowedMachines") ? body.texts("allowedMachines").orElse(List.of()) : now.allowed();
        for (String machine : allowed) {
            if (machine.isBlank() || machine.codePoints().anyMatch(Character::isISOControl)) {
                throw new WrongField("allowedMachines", "must have no blank texts, and none with control characters");
            }
        }
        return new MachineRules(
                number(body, "maxMachines", now.most()),
                allowed,
                number(body, "overdraft", now.overdraft()),
                body.has("newMachines") ? body.object("newMachines").map(KeyBodies::churn) : now.churn());
    }

    private static MachineRules.Churn churn(Body body) {
        return new MachineRules.Churn(
                number(body, "max", -1),
                body.duration("within").orElseThrow(() -> body.wrong("within", "is required, such as P30D")));
    }

    private static int number(Body body, String member, int otherwise) {
        OptionalLong given = body.number(member);
        if (given.isEmpty()) {
            return otherwise;
        }
        if (given.getAsLong() < 0 || given.getAsLong() > Integer.MAX_VALUE) {
            throw new WrongField(member, "must be from 0 to " + Integer.MAX_VALUE);
        }
        return (int) given.getAsLong();
    }

    static void write(JsonGenerator json, LicenseKey key, KeyTerms terms) {
        json.writeStringProperty("id", "key_" + key.id());
        json.writeStringProperty("product", "prd_" + key.product());
        json.writeStringProperty("key", key.key());
        json.writeStringProperty("createdAt", key.createdAt().toString());
        json.writeStringProperty("expiresAt", terms.expiresAt().toString());
        writePeriod(json, terms.period());
        json.writeBooleanProperty("blocked", terms.blocked());
        if (terms.notes().isPresent()) {
            json.writeStringProperty("notes", terms.notes().get());
        } else {
            json.writeNullProperty("notes");
        }
        if (terms.customer().isPresent()) {
            json.writeStringProperty("customer", "cus_" + terms.customer().get());
        } else {
            json.writeNullProperty("customer");
        }
        if (terms.license().isPresent()) {
            json.writeStringProperty("license", "lic_" + terms.license().get());
        } else {
            json.writeNullProperty("license");
        }
        write(json, terms.features(), terms.machinesExtend(), terms.machines());
    }

    static void write(JsonGenerator json, KeyTemplate template) {
        json.writeStringProperty("id", "tpl_" + template.id());
        json.writeStringProperty("product", "prd_" + template.product());
        json.writeStringProperty("name", template.content().name());
        writePeriod(json, template.content().period());
        write(
                json,
                template.content().features(),
                template.content().machinesExtend(),
                template.content().machines());
    }

    private static void writePeriod(JsonGenerator json, int days) {
        if (days > 0) {
            json.writeStringProperty("period", "P" + days + "D");
        } else {
            json.writeNullProperty("period");
        }
    }

    private static void write(JsonGenerator json, Features features, boolean machinesExtend, MachineRules machines) {
        json.writeArrayPropertyStart("features");
        for (int feature = 1; feature <= Features.COUNT; feature++) {
            if (features.has(feature)) {
                json.writeString("F" + feature);
            }
        }
        features.named().forEach(json::writeString);
        json.writeEndArray();
        json.writeBooleanProperty("machinesExtend", machinesExtend);
        json.writeNumberProperty("maxMachines", machines.most());
        json.writeArrayPropertyStart("allowedMachines");
        machines.allowed().forEach(json::writeString);
        json.writeEndArray();
        json.writeNumberProperty("overdraft", machines.overdraft());
        if (machines.churn().isPresent()) {
            json.writeObjectPropertyStart("newMachines");
            json.writeNumberProperty("max", machines.churn().get().most());
            json.writeStringProperty("within", machines.churn().get().window().toString());
            json.writeEndObject();
        } else {
            json.writeNullProperty("newMachines");
        }
    }
}

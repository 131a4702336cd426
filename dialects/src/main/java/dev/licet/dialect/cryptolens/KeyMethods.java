package dev.licet.dialect.cryptolens;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.identity.Caller;
import dev.licet.core.license.ChangeKeys;
import dev.licet.core.license.Features;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.UseKeys;
import dev.licet.core.session.HoldSeats;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Idempotency;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// The methods of the group Key. Those that change something count once with an `Idempotency-Key`.
final class KeyMethods {
    /// In characters.
    private static final int MAX_TRIAL_MACHINE = 128;

    private final UseKeys useKeys;
    private final HoldSeats holdSeats;
    private final ChangeKeys changeKeys;
    private final Idempotency idempotency;
    private final Limits limits;
    private final Replies replies;

    KeyMethods(
            UseKeys useKeys,
            HoldSeats holdSeats,
            ChangeKeys changeKeys,
            Idempotency idempotency,
            Limits limits,
            Replies replies) {
        this.useKeys = useKeys;
        this.holdSeats = holdSeats;
        this.changeKeys = changeKeys;
        this.idempotency = idempotency;
        this.limits = limits;
        this.replies = replies;
    }

    Answer activate(Caller caller, Request request, Fields fields) {
        String key = key(fields);
        KeyReply reply = KeyReply.of(fields);
        UseKeys.Device device = new UseKeys.Device(
                fields.text("MachineCode", limits.name()).orElse(""),
                fields.optional("FriendlyName", limits.name()),
                request.address());
        int interval = fields.integer("FloatingTimeInterval", 0);
        if (interval > 0) {
            return checkOut(caller, request, fields, device, interval, reply);
        }
        return once(
                request,
                caller,
                fields,
                () -> useKeys.activate(caller, fields.product(), key, device),
                report -> reply.of(report, 0));
    }

    /// A floating license: each call is a ping.
    private Answer checkOut(
            Caller caller, Request request, Fields fields, UseKeys.Device device, int interval, KeyReply reply) {
        String key = key(fields);
        HoldSeats.Wanted wanted = new HoldSeats.Wanted(
                device.machine(),
                Optional.empty(),
                device.friendlyName(),
                device.address(),
                Duration.ofSeconds(interval),
                fields.integer("MaxOverdraft", 0),
                false,
                false);
        return once(
                request,
                caller,
                fields,
                () -> holdSeats.checkOut(caller, fields.product(), key, wanted).await(),
                held -> reply.of(useKeys.report(held.key()), held.seat(), holdSeats.count(held.key())));
    }

    Answer getKey(Caller caller, Request request, Fields fields) {
        KeyReply reply = KeyReply.of(fields);
        return switch (useKeys.show(caller, fields.product(), key(fields))) {
            case Outcome.Success<UseKeys.Report>(UseKeys.Report report) ->
                reply.of(report, fields.integer("FloatingTimeInterval", 0) > 0 ? holdSeats.count(report.key()) : 0);
            case Outcome.Refused<UseKeys.Report>(Refusal refusal) -> replies.refusal(refusal);
        };
    }

    Answer deactivate(Caller caller, Request request, Fields fields) {
        String key = key(fields);
        String machine = fields.text("MachineCode", limits.name()).orElse("");
        if (fields.flag("Floating")) {
            return once(
                    request,
                    caller,
                    fields,
                    () -> holdSeats.release(caller, fields.product(), key, machine),
                    released -> replies.success());
        }
        return change(request, caller, fields, () -> useKeys.deactivate(caller, fields.product(), key, machine));
    }

    Answer createKey(Caller caller, Request request, Fields fields) {
        if (fields.integer("CustomerId").orElse(0) > 0
                || fields.flag("NewCustomer")
                || fields.flag("AddOrUseExistingCustomer")) {
            throw new MalformedRequest(Fault.MALFORMED, "customers are not there yet");
        }
        int count = fields.integer("NoOfKeys", 1);
        int period = fields.integer("Period", 0);
        Wanted wanted = new Wanted(
                features(fields),
                fields.text("Notes"),
                fields.flag("Block"),
                fields.flag("TrialActivation"),
                fields.integer("MaxNoOfMachines", 0),
                allowedMachines(fields));
        boolean plain =
                fields.text("format").filter("plaintext"::equalsIgnoreCase).isPresent();
        return once(
                request,
                caller,
                fields,
                () -> changeKeys.issue(caller, fields.product(), count, period, wanted::on),
                keys -> created(keys, plain));
    }

    /// What CreateKey asks for.
    private record Wanted(
            Features features,
            Optional<String> notes,
            boolean blocked,
            boolean machinesExtend,
            int maxMachines,
            List<String> allowedMachines) {
        KeyTerms on(KeyTerms issued) {
            return issued.withFeatures(features)
                    .withNotes(notes)
                    .withBlocked(blocked)
                    .withMachinesExtend(machinesExtend)
                    .withMachines(maxMachines, allowedMachines);
        }
    }

    private static Features features(Fields fields) {
        Features features = Features.NONE;
        for (int feature = 1; feature <= Features.COUNT; feature++) {
            features = features.with(feature, fields.flag("F" + feature));
        }
        return features;
    }

    private List<String> allowedMachines(Fields fields) {
        return fields.optional("AllowedMachines", limits.metadata()).stream()
                .flatMap(String::lines)
                .map(String::strip)
                .filter(machine -> !machine.isEmpty())
                .toList();
    }

    private static Answer created(List<LicenseKey> keys, boolean plain) {
        if (plain) {
            return Answer.of(
                    200,
                    "text/plain; charset=utf-8",
                    String.join("\n", keys.stream().map(LicenseKey::key).toList()));
        }
        return Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
            Replies.writeSuccess(json);
            if (keys.size() == 1) {
                json.writeStringProperty("key", keys.getFirst().key());
            } else {
                json.writeArrayPropertyStart("keys");
                keys.forEach(key -> json.writeString(key.key()));
                json.writeEndArray();
            }
            json.writeNumberProperty("customerId", 0);
        }));
    }

    Answer createTrialKey(Caller caller, Request request, Fields fields) {
        Optional<String> machine = fields.text("MachineCode");
        if (machine.isEmpty()) {
            return replies.noMachineCode();
        }
        if (machine.get().codePointCount(0, machine.get().length()) > MAX_TRIAL_MACHINE) {
            return replies.longMachineCode();
        }
        UseKeys.Device device =
                new UseKeys.Device(machine.get(), fields.optional("FriendlyName", limits.name()), request.address());
        return once(
                request,
                caller,
                fields,
                () -> useKeys.tryOut(caller, fields.product(), device),
                key -> created(List.of(key), false));
    }

    Answer extendLicense(Caller caller, Request request, Fields fields) {
        String key = key(fields);
        long days = fields.integer("NoOfDays").orElseThrow(() -> missing("NoOfDays"));
        return change(request, caller, fields, () -> changeKeys.extend(caller, fields.product(), key, days));
    }

    Answer addFeature(Caller caller, Request request, Fields fields) {
        return setFeature(caller, request, fields, true);
    }

    Answer removeFeature(Caller caller, Request request, Fields fields) {
        return setFeature(caller, request, fields, false);
    }

    private Answer setFeature(Caller caller, Request request, Fields fields, boolean on) {
        String key = key(fields);
        long feature = fields.integer("Feature").orElseThrow(() -> missing("Feature"));
        return change(request, caller, fields, () -> changeKeys.setFeature(caller, fields.product(), key, feature, on));
    }

    Answer blockKey(Caller caller, Request request, Fields fields) {
        return setBlocked(caller, request, fields, true);
    }

    Answer unblockKey(Caller caller, Request request, Fields fields) {
        return setBlocked(caller, request, fields, false);
    }

    private Answer setBlocked(Caller caller, Request request, Fields fields, boolean blocked) {
        String key = key(fields);
        return change(request, caller, fields, () -> changeKeys.setBlocked(caller, fields.product(), key, blocked));
    }

    Answer machineLockLimit(Caller caller, Request request, Fields fields) {
        String key = key(fields);
        if (fields.integer("NumberOfMachines").isEmpty()) {
            throw missing("NumberOfMachines");
        }
        int machines = fields.integer("NumberOfMachines", 0);
        return change(
                request, caller, fields, () -> changeKeys.setMaxMachines(caller, fields.product(), key, machines));
    }

    Answer changeNotes(Caller caller, Request request, Fields fields) {
        String key = key(fields);
        Optional<String> notes = fields.text("Notes");
        return change(request, caller, fields, () -> changeKeys.setNotes(caller, fields.product(), key, notes));
    }

    Answer trialActivation(Caller caller, Request request, Fields fields) {
        String key = key(fields);
        boolean enabled = fields.flag("Enabled");
        return change(
                request, caller, fields, () -> changeKeys.setMachinesExtend(caller, fields.product(), key, enabled));
    }

    private String key(Fields fields) {
        return fields.text("Key", limits.name()).orElseThrow(() -> missing("Key"));
    }

    private static MalformedRequest missing(String name) {
        return new MalformedRequest(Fault.MALFORMED, name + " is missing");
    }

    /// A change whose answer says no more than that it was made.
    private Answer change(Request request, Caller caller, Fields fields, Supplier<Outcome<LicenseKey>> change) {
        return once(request, caller, fields, change, key -> replies.success());
    }

    private <T> Answer once(
            Request request, Caller caller, Fields fields, Supplier<Outcome<T>> change, Function<T, Answer> answer) {
        Idempotency.Asker asker =
                Idempotency.Asker.of(caller, fields.text("token").orElseThrow());
        return idempotency.answer(
                request,
                asker,
                () -> switch (change.get()) {
                    case Outcome.Success<T>(T value) -> Idempotency.Change.made(answer.apply(value));
                    case Outcome.Refused<T>(Refusal refusal) -> Idempotency.Change.refused(replies.refusal(refusal));
                },
                replies::refusal);
    }
}

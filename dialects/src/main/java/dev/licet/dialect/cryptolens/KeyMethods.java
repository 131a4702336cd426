package dev.licet.dialect.cryptolens;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.CustomerId;
import dev.licet.core.id.TemplateId;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import dev.licet.core.license.ChangeKeys;
import dev.licet.core.license.Features;
import dev.licet.core.license.KeyCall;
import dev.licet.core.license.KeyForm;
import dev.licet.core.license.KeyTerms;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LockToKey;
import dev.licet.core.license.MachineRules;
import dev.licet.core.license.UseKeys;
import dev.licet.core.session.HoldSeats;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;

/// The methods of the group Key. Those that change something count once with an `Idempotency-Key`.
final class KeyMethods {
    /// In characters.
    private static final int MAX_TRIAL_MACHINE = 128;

    private final UseKeys useKeys;
    private final HoldSeats holdSeats;
    private final ChangeKeys changeKeys;
    private final LockToKey lockToKey;
    private final Signatures signatures;
    private final Writes writes;
    private final Limits limits;
    private final Replies replies;

    KeyMethods(
            UseKeys useKeys,
            HoldSeats holdSeats,
            ChangeKeys changeKeys,
            LockToKey lockToKey,
            Signatures signatures,
            Writes writes,
            Limits limits,
            Replies replies) {
        this.useKeys = useKeys;
        this.holdSeats = holdSeats;
        this.changeKeys = changeKeys;
        this.lockToKey = lockToKey;
        this.signatures = signatures;
        this.writes = writes;
        this.limits = limits;
        this.replies = replies;
    }

    Answer activate(Caller caller, Request request, Fields fields) {
        String key = key(fields);
        KeyReply reply = KeyReply.of(fields, signatures);
        UseKeys.Device device = new UseKeys.Device(
                fields.text("MachineCode", limits.name()).orElse(""),
                fields.optional("FriendlyName", limits.name()),
                request.address());
        int interval = fields.integer("FloatingTimeInterval", 0);
        if (interval > 0) {
            return checkOut(caller, request, fields, device, interval, reply);
        }
        return writes.witnessed(
                request,
                caller,
                fields,
                Writes.Logged.as(KeyCall.State.ACTIVATED, KeyCall.State.ACTIVATION_REFUSED),
                witness -> useKeys.activate(caller, fields.product(), key, device, witness),
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
        return writes.once(
                request,
                caller,
                fields,
                new Writes.Logged<>(
                        KeyCall.State.SEAT_TAKEN,
                        KeyCall.State.ACTIVATION_REFUSED,
                        held -> Optional.empty(),
                        0,
                        held -> new Writes.More(
                                held.seat().overdraft() ? Optional.of(KeyCall.State.OVERDRAFT_TAKEN) : Optional.empty(),
                                Optional.of(held.seat().until()),
                                Optional.empty())),
                () -> holdSeats.checkOut(caller, fields.product(), key, wanted).await(),
                held -> reply.of(useKeys.report(held.key()), held.seat(), holdSeats.count(held.key())));
    }

    Answer getKey(Caller caller, Request request, Fields fields) {
        KeyReply reply = KeyReply.of(fields, signatures);
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
            return writes.once(
                    request,
                    caller,
                    fields,
                    Writes.Logged.as(KeyCall.State.SEAT_RELEASED, KeyCall.State.DEACTIVATION_REFUSED),
                    () -> holdSeats.release(caller, fields.product(), key, machine),
                    released -> replies.success());
        }
        return writes.once(
                request,
                caller,
                fields,
                Writes.Logged.as(KeyCall.State.DEACTIVATED, KeyCall.State.DEACTIVATION_REFUSED),
                () -> useKeys.deactivate(caller, fields.product(), key, machine),
                deactivated -> replies.success());
    }

    Answer createKey(Caller caller, Request request, Fields fields) {
        Terms terms = new Terms(
                features(fields),
                fields.text("Notes"),
                fields.flag("Block"),
                fields.flag("TrialActivation"),
                MachineRules.ANY.withMost(fields.integer("MaxNoOfMachines", 0)),
                allowedMachines(fields));
        ChangeKeys.Wanted wanted = new ChangeKeys.Wanted(
                fields.integer("NoOfKeys", 1), KeyForm.LETTERS, fields.integer("Period", 0), terms::on);
        ChangeKeys.For who = who(fields);
        if (who instanceof ChangeKeys.For.New
                && caller.lacks(Permission.ADD_CUSTOMER).isPresent()) {
            return replies.mayNotAddCustomers();
        }
        boolean plain =
                fields.text("format").filter("plaintext"::equalsIgnoreCase).isPresent();
        return writes.once(
                request,
                caller,
                fields,
                created(List::getFirst),
                () -> changeKeys.issue(caller, fields.product(), wanted, who),
                keys -> created(keys, useKeys.customer(keys.getFirst()), plain));
    }

    private static ChangeKeys.For who(Fields fields) {
        OptionalLong id = fields.integer("CustomerId");
        if (id.isPresent() && id.getAsLong() > 0) {
            return new ChangeKeys.For.Known(new CustomerId(id.getAsLong()));
        }
        boolean orSame = fields.flag("AddOrUseExistingCustomer");
        return orSame || fields.flag("NewCustomer")
                ? new ChangeKeys.For.New(CustomerMethods.details(fields), orSame)
                : new ChangeKeys.For.Nobody();
    }

    private static <T> Writes.Logged<T> created(Function<T, LicenseKey> key) {
        return new Writes.Logged<>(
                KeyCall.State.KEY_CREATED,
                KeyCall.State.KEY_REFUSED,
                key.andThen(Optional::of),
                0,
                made -> Writes.More.NONE);
    }

    /// What CreateKey asks for.
    private record Terms(
            Features features,
            Optional<String> notes,
            boolean blocked,
            boolean machinesExtend,
            MachineRules machines,
            List<String> allowedMachines) {
        KeyTerms on(KeyTerms issued) {
            return issued.withFeatures(features)
                    .withNotes(notes)
                    .withBlocked(blocked)
                    .withMachinesExtend(machinesExtend)
                    .withMachines(new MachineRules(machines.most(), allowedMachines, 0, Optional.empty()));
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

    private static Answer created(List<LicenseKey> keys, Optional<CustomerId> customer, boolean plain) {
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
            json.writeNumberProperty(
                    "customerId", customer.map(CustomerId::value).orElse(0L));
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
        return writes.once(
                request,
                caller,
                fields,
                created(Function.<LicenseKey>identity()),
                () -> useKeys.tryOut(caller, fields.product(), device),
                key -> created(List.of(key), Optional.empty(), false));
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

    Answer changeCustomer(Caller caller, Request request, Fields fields) {
        String key = key(fields);
        long id = fields.integer("CustomerId").orElseThrow(() -> missing("CustomerId"));
        Optional<CustomerId> customer = id > 0 ? Optional.of(new CustomerId(id)) : Optional.empty();
        return change(request, caller, fields, () -> changeKeys.setCustomer(caller, fields.product(), key, customer));
    }

    Answer createKeyFromTemplate(Caller caller, Request request, Fields fields) {
        long id = fields.integer("LicenseTemplateId").orElseThrow(() -> missing("LicenseTemplateId"));
        return writes.once(
                request,
                caller,
                fields,
                created(Function.<LicenseKey>identity()),
                () -> id > 0
                        ? changeKeys.issue(caller, new TemplateId(id))
                        : Outcome.refused(new Refusal.NotFound(Refusal.Kind.TEMPLATE)),
                key -> Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    Replies.writeSuccess(json);
                    json.writeStringProperty("key", key.key());
                    json.writeStringProperty("rawResponse", "");
                })));
    }

    Answer keyLock(Caller caller, Request request, Fields fields) {
        return switch (lockToKey.lock(caller, fields.product(), key(fields))) {
            case Outcome.Success<LockToKey.Locked>(LockToKey.Locked locked) ->
                Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    Replies.writeSuccess(json);
                    json.writeNumberProperty("keyId", locked.key().id().value());
                    json.writeStringProperty("token", locked.secret().value());
                }));
            case Outcome.Refused<LockToKey.Locked>(Refusal refusal) -> replies.refusal(refusal);
        };
    }

    private String key(Fields fields) {
        return fields.text("Key", limits.name()).orElseThrow(() -> missing("Key"));
    }

    static MalformedRequest missing(String name) {
        return new MalformedRequest(Fault.MALFORMED, name + " is missing");
    }

    /// A change whose answer says no more than that it was made.
    private Answer change(Request request, Caller caller, Fields fields, Supplier<Outcome<LicenseKey>> change) {
        return writes.once(
                request,
                caller,
                fields,
                Writes.Logged.as(KeyCall.State.CHANGED, KeyCall.State.CHANGE_REFUSED),
                change,
                key -> replies.success());
    }
}

package dev.licet.dialect.cryptolens;

import dev.licet.core.Expected;
import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.DataObjectId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import dev.licet.core.license.DataObject;
import dev.licet.core.license.DataObjects;
import dev.licet.core.license.DataOwner;
import dev.licet.core.license.KeepData;
import dev.licet.core.license.KeyCall;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/// The methods of the group Data, each in three forms: a general one, one for keys and one for machines.
final class DataMethods {
    /// How many objects of an account are held at a time.
    private static final int PAGE = 100;

    private final KeepData data;
    private final Writes writes;
    private final Limits limits;
    private final Replies replies;

    DataMethods(KeepData data, Writes writes, Limits limits, Replies replies) {
        this.data = data;
        this.writes = writes;
        this.limits = limits;
        this.replies = replies;
    }

    /// How a method names whose objects it is about.
    enum Form {
        /// By `ReferencerType` and `ReferencerId`, or by an object's own id.
        GENERAL(""),
        KEY("ToKey"),
        MACHINE("ToMachineCode");

        private final String suffix;

        Form(String suffix) {
            this.suffix = suffix;
        }

        String of(String method) {
            return method + suffix;
        }
    }

    Answer add(Form form, Caller caller, Request request, Fields fields) {
        DataObjects.Content content = new DataObjects.Content(
                fields.text("Name").orElseThrow(() -> KeyMethods.missing("Name")),
                fields.text("StringValue").orElse(""),
                fields.integer("IntValue", 0));
        boolean unique = fields.flag("CheckForDuplicates");
        return writes.once(
                request,
                caller,
                fields,
                logged(content.number()),
                () -> data.add(caller, owner(form, caller, fields), content, unique),
                object -> Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    Replies.writeSuccess(json);
                    json.writeNumberProperty("id", object.id().value());
                })));
    }

    Answer list(Form form, Caller caller, Request request, Fields fields) {
        String contained = fields.text("Contains", limits.name()).orElse("");
        if (form == Form.GENERAL && fields.flag("ShowAll")) {
            return showAll(caller, contained);
        }
        return switch (data.list(caller, owner(form, caller, fields), contained)) {
            case Outcome.Refused<List<DataObject>>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<List<DataObject>>(List<DataObject> objects) ->
                Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    Replies.writeSuccess(json);
                    json.writeArrayPropertyStart("dataObjects");
                    objects.forEach(object -> write(json, object, false));
                    json.writeEndArray();
                }));
        };
    }

    /// The objects of all owners: of any number, so they are read while they are written.
    private Answer showAll(Caller caller, String contained) {
        return switch (data.listAll(caller, contained, 0, PAGE)) {
            case Outcome.Refused<List<DataObject>>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<List<DataObject>>(List<DataObject> first) ->
                Json.written(200, json -> {
                    Replies.writeSuccess(json);
                    json.writeArrayPropertyStart("dataObjects");
                    List<DataObject> page = first;
                    while (!page.isEmpty()) {
                        page.forEach(object -> write(json, object, true));
                        page = pageAfter(caller, contained, page.getLast());
                    }
                    json.writeEndArray();
                });
        };
    }

    /// Nothing more where the caller was let in to the first page and is not any more.
    private List<DataObject> pageAfter(Caller caller, String contained, DataObject last) {
        return data.listAll(caller, contained, last.id().value(), PAGE)
                        instanceof Outcome.Success<List<DataObject>>(List<DataObject> page)
                ? page
                : List.of();
    }

    Answer increment(Form form, Caller caller, Request request, Fields fields) {
        return count(form, caller, request, fields, 1);
    }

    Answer decrement(Form form, Caller caller, Request request, Fields fields) {
        return count(form, caller, request, fields, -1);
    }

    /// The sign of the number that is sent does not count: the method says which way.
    private Answer count(Form form, Caller caller, Request request, Fields fields, int sign) {
        int value = fields.integer("IntValue", 0);
        long by = sign * Math.abs((long) value);
        boolean isBounded = fields.flag("EnableBound");
        int bound = fields.integer("Bound", 0);
        int least = isBounded && sign < 0 ? bound : Integer.MIN_VALUE;
        int most = isBounded && sign > 0 ? bound : Integer.MAX_VALUE;
        return change(form, caller, request, fields, value, object -> data.count(caller, object, by, least, most));
    }

    Answer setNumber(Form form, Caller caller, Request request, Fields fields) {
        int value = fields.integer("IntValue", 0);
        return change(form, caller, request, fields, value, object -> data.setNumber(caller, object, value));
    }

    Answer setText(Form form, Caller caller, Request request, Fields fields) {
        String text = fields.text("StringValue").orElse("");
        return change(form, caller, request, fields, 0, object -> data.setText(caller, object, text));
    }

    Answer remove(Form form, Caller caller, Request request, Fields fields) {
        return change(form, caller, request, fields, 0, object -> data.remove(caller, object, Expected.anything()));
    }

    private Answer change(
            Form form,
            Caller caller,
            Request request,
            Fields fields,
            int number,
            Function<Outcome<DataObject>, Outcome<DataObject>> change) {
        Optional<DataObjectId> id = id(fields, "Id").map(DataObjectId::new);
        Optional<String> name = fields.text("Name", DataObject.MAX_NAME);
        if (id.isEmpty() && name.isEmpty()) {
            throw KeyMethods.missing("Id or Name");
        }
        boolean byIdAlone = form == Form.GENERAL && id.isPresent();
        return writes.once(
                request,
                caller,
                fields,
                logged(number),
                () -> change.apply(
                        byIdAlone
                                ? data.reached(caller, id.get())
                                : data.named(caller, owner(form, caller, fields), id, name)),
                object -> replies.success());
    }

    private static Writes.Logged<DataObject> logged(int number) {
        return new Writes.Logged<>(
                KeyCall.State.CHANGED,
                KeyCall.State.CHANGE_REFUSED,
                object -> Optional.empty(),
                number,
                object -> new Writes.More(Optional.empty(), Optional.empty(), Optional.of(object.id())));
    }

    private Outcome<DataOwner> owner(Form form, Caller caller, Fields fields) {
        if (form == Form.GENERAL) {
            return general(caller, fields);
        }
        String key = fields.text("Key", limits.name()).orElseThrow(() -> KeyMethods.missing("Key"));
        Optional<String> machine = form == Form.MACHINE
                ? Optional.of(
                        fields.text("MachineCode", limits.name()).orElseThrow(() -> KeyMethods.missing("MachineCode")))
                : Optional.empty();
        return data.owner(caller, new KeepData.Place(fields.product(), Optional.of(key), machine));
    }

    private Outcome<DataOwner> general(Caller caller, Fields fields) {
        Optional<Long> id = id(fields, "ReferencerId");
        return switch (fields.integer("ReferencerType", 0)) {
            case 0 -> data.owner(caller, KeepData.Place.ACCOUNT);
            case 1 ->
                data.owner(
                        caller,
                        new KeepData.Place(
                                Optional.of(new ProductId(id.orElseThrow(() -> KeyMethods.missing("ReferencerId")))),
                                Optional.empty(),
                                Optional.empty()));
            case 2 -> data.owner(caller, new KeyId(id.orElseThrow(() -> KeyMethods.missing("ReferencerId"))));
            default -> throw new MalformedRequest(Fault.MALFORMED, "ReferencerType is 0, 1 or 2");
        };
    }

    /// 0 and below mean that none is given.
    private static Optional<Long> id(Fields fields, String name) {
        OptionalLong id = fields.integer(name);
        return id.isPresent() && id.getAsLong() > 0 ? Optional.of(id.getAsLong()) : Optional.empty();
    }

    private static void write(JsonGenerator json, DataObject object, boolean withOwner) {
        json.writeStartObject();
        json.writeNumberProperty("id", object.id().value());
        json.writeStringProperty("name", object.name());
        json.writeStringProperty("stringValue", object.text());
        json.writeNumberProperty("intValue", object.number());
        if (withOwner) {
            switch (object.owner()) {
                case DataOwner.OfAccount(AccountNumber account) -> writeOwner(json, 0, 0);
                case DataOwner.OfProduct(ProductId product) -> writeOwner(json, 1, product.value());
                case DataOwner.OfKey(KeyId key) -> writeOwner(json, 2, key.value());
                case DataOwner.OfMachine(KeyId key, String machine) -> writeOwner(json, 3, key.value());
            }
        }
        json.writeEndObject();
    }

    private static void writeOwner(JsonGenerator json, int type, long id) {
        json.writeNumberProperty("referencerType", type);
        json.writeNumberProperty("referencerId", id);
    }
}

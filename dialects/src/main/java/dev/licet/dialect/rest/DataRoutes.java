package dev.licet.dialect.rest;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.DataObjectId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.license.DataObject;
import dev.licet.core.license.DataObjects;
import dev.licet.core.license.DataOwner;
import dev.licet.core.license.KeepData;
import dev.licet.dialect.Answer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/// Data objects: what is kept at the account, a product, a key or a machine.
final class DataRoutes {
    private final KeepData data;

    DataRoutes(KeepData data) {
        this.data = data;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("POST", "/v1/data-objects", this::add),
                new Endpoint("GET", "/v1/data-objects", this::list),
                new Endpoint("GET", "/v1/data-objects/{object}", this::find),
                new Endpoint("PATCH", "/v1/data-objects/{object}", this::set),
                new Endpoint("POST", "/v1/data-objects/{object}/count", this::count),
                new Endpoint("DELETE", "/v1/data-objects/{object}", this::remove));
    }

    private Answer add(Call call) {
        Body body = call.body();
        KeepData.Place place = new KeepData.Place(
                body.text("product").map(DataRoutes::product), call.name("key"), call.name("machine"));
        DataObjects.Content content = new DataObjects.Content(
                body.requiredText("name"),
                body.text("text").orElse(""),
                number(body, "number").orElse(0));
        return Reply.one(
                call, 201, data.add(call.caller(), data.owner(call.caller(), place), content, true), DataRoutes::write);
    }

    private static ProductId product(String text) {
        return Call.id("prd_", "product", text, ProductId::new);
    }

    private static Optional<Integer> number(Body body, String member) {
        OptionalLong given = body.number(member);
        if (given.isEmpty()) {
            return Optional.empty();
        }
        if (given.getAsLong() != (int) given.getAsLong()) {
            throw new WrongField(member, "must be a whole number of 32 bits");
        }
        return Optional.of((int) given.getAsLong());
    }

    /// Those of one owner, if a parameter names one, else those of all.
    private Answer list(Call call) {
        KeepData.Place place = new KeepData.Place(
                call.query("product").map(DataRoutes::product), call.query("key"), call.query("machine"));
        String contained = call.query("contains").orElse("");
        if (place.equals(KeepData.Place.ACCOUNT)) {
            return Reply.cut(
                    call,
                    data.listAll(call.caller(), contained, call.after(), call.limit() + 1),
                    object -> object.id().value(),
                    DataRoutes::write);
        }
        return Reply.page(
                call,
                data.list(call.caller(), data.owner(call.caller(), place), contained),
                object -> object.id().value(),
                DataRoutes::write);
    }

    private Outcome<DataObject> inPath(Call call) {
        return call.inPath("dat_", DataObjectId::new, Refusal.Kind.DATA_OBJECT)
                .then(id -> data.reached(call.caller(), id));
    }

    private Answer find(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("dat_", DataObjectId::new, Refusal.Kind.DATA_OBJECT)
                        .then(id -> data.find(call.caller(), id)),
                DataRoutes::write);
    }

    private Answer set(Call call) {
        Body body = call.body();
        Optional<String> text = body.has("text") ? Optional.of(body.text("text").orElse("")) : Optional.empty();
        return Reply.one(
                call,
                200,
                data.set(
                        call.caller(),
                        inPath(call),
                        Etags.expected(call, DataRoutes::write),
                        text,
                        number(body, "number")),
                DataRoutes::write);
    }

    private Answer count(Call call) {
        Body body = call.body();
        int by = number(body, "by").orElseThrow(() -> new WrongField("by", "is required"));
        return Reply.one(
                call,
                200,
                data.count(
                        call.caller(),
                        inPath(call),
                        by,
                        number(body, "min").orElse(Integer.MIN_VALUE),
                        number(body, "max").orElse(Integer.MAX_VALUE)),
                DataRoutes::write);
    }

    private Answer remove(Call call) {
        return Reply.one(
                call,
                200,
                data.remove(call.caller(), inPath(call), Etags.expected(call, DataRoutes::write)),
                DataRoutes::write);
    }

    private static void write(JsonGenerator json, DataObject object) {
        json.writeStringProperty("id", "dat_" + object.id());
        json.writeObjectPropertyStart("owner");
        switch (object.owner()) {
            case DataOwner.OfAccount(AccountNumber account) -> json.writeStringProperty("account", account.toString());
            case DataOwner.OfProduct(ProductId product) -> json.writeStringProperty("product", "prd_" + product);
            case DataOwner.OfKey(KeyId key) -> json.writeStringProperty("keyId", "key_" + key);
            case DataOwner.OfMachine(KeyId key, String machine) -> {
                json.writeStringProperty("keyId", "key_" + key);
                json.writeStringProperty("machine", machine);
            }
        }
        json.writeEndObject();
        json.writeStringProperty("name", object.name());
        json.writeStringProperty("text", object.text());
        json.writeNumberProperty("number", object.number());
    }
}

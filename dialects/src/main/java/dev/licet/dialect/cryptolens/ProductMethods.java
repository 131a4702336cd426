package dev.licet.dialect.cryptolens;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.identity.Caller;
import dev.licet.core.license.Features;
import dev.licet.core.license.Product;
import dev.licet.core.license.ReadKeys;
import dev.licet.core.license.UseKeys;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/// The methods of the group Product.
final class ProductMethods {
    /// The kind of keys that are signed, and not computed.
    private static final int SIGNED_KEYS = 1;

    /// In characters.
    private static final int MAX_SEARCH = 256;

    private final ReadKeys readKeys;
    private final UseKeys useKeys;
    private final Replies replies;

    ProductMethods(ReadKeys readKeys, UseKeys useKeys, Replies replies) {
        this.readKeys = readKeys;
        this.useKeys = useKeys;
        this.replies = replies;
    }

    Answer getProducts(Caller caller, Request request, Fields fields) {
        return switch (readKeys.products(caller)) {
            case Outcome.Refused<List<Product>>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<List<Product>>(List<Product> products) ->
                Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
                    Replies.writeSuccess(json);
                    json.writeArrayPropertyStart("products");
                    products.forEach(product -> write(json, product));
                    json.writeEndArray();
                }));
        };
    }

    private static void write(JsonGenerator json, Product product) {
        json.writeStartObject();
        json.writeNumberProperty("id", product.id().value());
        json.writeStringProperty("name", product.name());
        json.writeStringProperty("creationDate", KeyDocument.text(product.createdAt()));
        json.writeStringProperty("description", "");
        json.writeStringProperty("password", "");
        json.writeBooleanProperty("isPublic", false);
        json.writeNumberProperty("keyAlgorithm", SIGNED_KEYS);
        json.writeObjectPropertyStart("featureDefinitions");
        for (int feature = 1; feature <= Features.COUNT; feature++) {
            json.writeObjectPropertyStart("f" + feature);
            json.writeStringProperty("name", "F" + feature);
            json.writeNumberProperty("type", 0);
            json.writeEndObject();
        }
        json.writeBooleanProperty("allLicensesTimeLimited", false);
        json.writeBooleanProperty("blockExpiredLicenses", false);
        json.writeEndObject();
        json.writeArrayPropertyStart("dataObjects");
        json.writeEndArray();
        json.writeEndObject();
    }

    Answer getKeys(Caller caller, Request request, Fields fields) {
        String search =
                fields.optional("SearchQuery", MAX_SEARCH).map(String::strip).orElse("");
        boolean newestFirst = isNewestFirst(fields);
        long number = fields.integer("Page").orElse(1);
        return switch (readKeys.page(caller, fields.product(), search, newestFirst, number)) {
            case Outcome.Refused<ReadKeys.Page>(Refusal refusal) -> replies.refusal(refusal);
            case Outcome.Success<ReadKeys.Page>(ReadKeys.Page page) ->
                Json.written(200, json -> {
                    Replies.writeSuccess(json);
                    KeyDocument.writeAll(json, page.keys(), useKeys);
                    json.writeNumberProperty("returned", page.keys().size());
                    json.writeNumberProperty("total", page.total());
                    json.writeNumberProperty("pageCount", page.pages());
                });
        };
    }

    private static boolean isNewestFirst(Fields fields) {
        return fields.text("OrderBy")
                .map(order -> switch (order.strip().toLowerCase(Locale.ROOT)) {
                    case "id", "id ascending" -> false;
                    case "id descending" -> true;
                    default -> throw new MalformedRequest(Fault.MALFORMED, "OrderBy is ID ascending or ID descending");
                })
                .orElse(false);
    }
}

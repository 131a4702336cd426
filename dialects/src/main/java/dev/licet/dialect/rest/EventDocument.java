package dev.licet.dialect.rest;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.dialect.Csv;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/// A recorded event as this API shows it: an object of JSON, or a record of CSV.
final class EventDocument {
    /// Of CSV, in the order of the cells; `id` is the client's own alone, and `properties` any metadata.
    static final List<String> COLUMNS = List.of(
            "position",
            "id",
            "name",
            "feature",
            "product",
            "key",
            "machine",
            "user",
            "session",
            "value",
            "currency",
            "time",
            "properties",
            "source",
            "receivedAt");

    private EventDocument() {}

    /// What an event goes by that has no id of its client's.
    static String id(long position) {
        return "evt_" + position;
    }

    static void write(JsonGenerator json, RecordedEvent recorded) {
        UsageEvent event = recorded.event();
        json.writeStartObject();
        json.writeStringProperty("id", event.clientId().orElseGet(() -> id(recorded.id())));
        json.writeNumberProperty("position", recorded.id());
        write(json, "name", event.name());
        write(json, "feature", event.feature());
        write(json, "product", product(event));
        write(json, "key", event.key());
        write(json, "machine", event.machine());
        write(json, "user", event.endUser());
        write(json, "session", event.session());
        if (event.value().isPresent()) {
            json.writeNumberProperty("value", event.value().getAsLong());
        } else {
            json.writeNullProperty("value");
        }
        write(json, "currency", event.currency());
        json.writeStringProperty("time", event.at().toString());
        Optional<String> properties = event.metadata().flatMap(EventCodec::object);
        json.writeName("properties");
        if (properties.isPresent()) {
            json.writeRawValue(properties.get());
        } else {
            json.writeNull();
            event.metadata().ifPresent(text -> json.writeStringProperty("metadata", text));
        }
        json.writeStringProperty("source", event.source());
        json.writeStringProperty("receivedAt", recorded.receivedAt().toString());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, Optional<String> text) {
        if (text.isPresent()) {
            json.writeStringProperty(name, text.get());
        } else {
            json.writeNullProperty(name);
        }
    }

    private static Optional<String> product(UsageEvent event) {
        return event.product().map(product -> "prd_" + product.value());
    }

    static void write(StringBuilder csv, RecordedEvent recorded) {
        UsageEvent event = recorded.event();
        Csv.number(csv, true, Long.toString(recorded.id()));
        cell(csv, event.clientId());
        cell(csv, event.name());
        cell(csv, event.feature());
        cell(csv, product(event));
        cell(csv, event.key());
        cell(csv, event.machine());
        cell(csv, event.endUser());
        cell(csv, event.session());
        Csv.number(
                csv,
                false,
                event.value().isPresent() ? Long.toString(event.value().getAsLong()) : "");
        cell(csv, event.currency());
        Csv.cell(csv, false, event.at().toString());
        cell(csv, event.metadata());
        Csv.cell(csv, false, event.source());
        Csv.cell(csv, false, recorded.receivedAt().toString());
        Csv.end(csv);
    }

    private static void cell(StringBuilder csv, Optional<String> text) {
        Csv.cell(csv, false, text.orElse(""));
    }
}

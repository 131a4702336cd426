package dev.licet.dialect.rest;

import dev.licet.core.disk.DiskUse;
import dev.licet.core.disk.ReadDisk;
import dev.licet.core.system.ReadServer;
import dev.licet.core.system.ServerState;
import dev.licet.dialect.Answer;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/// What the operator asks of the installation itself.
final class SystemRoutes {
    private final ReadServer readServer;
    private final ReadDisk readDisk;

    SystemRoutes(ReadServer readServer, ReadDisk readDisk) {
        this.readServer = readServer;
        this.readDisk = readDisk;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("GET", "/v1/system", this::server), new Endpoint("GET", "/v1/system/disk", this::disk));
    }

    private Answer server(Call call) {
        return Reply.one(call, 200, readServer.read(call.caller()), SystemRoutes::write);
    }

    private static void write(JsonGenerator json, ServerState state) {
        json.writeStringProperty("version", state.version());
        json.writeStringProperty("startedAt", state.startedAt().toString());
        json.writeStringProperty("java", state.java());
        json.writeObjectPropertyStart("heap");
        json.writeNumberProperty("used", state.heapUsed());
        json.writeNumberProperty("max", state.heapMax());
        json.writeEndObject();
        json.writeObjectPropertyStart("events");
        json.writeNumberProperty("acknowledged", state.acknowledged());
        json.writeNumberProperty("queryable", state.queryable());
        json.writeEndObject();
        json.writeNumberProperty("sessions", state.sessions());
        json.writeArrayPropertyStart("settings");
        for (ServerState.InForce setting : state.settings()) {
            json.writeStartObject();
            json.writeStringProperty("name", setting.name());
            json.writeStringProperty("value", setting.value());
            json.writeBooleanProperty("isDefault", setting.isDefault());
            json.writeStringProperty("says", setting.says());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private Answer disk(Call call) {
        return Reply.one(call, 200, readDisk.read(call.caller()), SystemRoutes::write);
    }

    private static void write(JsonGenerator json, DiskUse use) {
        json.writeNumberProperty("journal", use.journal());
        json.writeNumberProperty("archive", use.archive());
        json.writeNumberProperty("table", use.table());
        json.writeNumberProperty("ids", use.ids());
        json.writeNumberProperty("entities", use.entities());
        write(json, "free", use.free().isPresent() ? Optional.of(use.free().getAsLong()) : Optional.empty());
        json.writeNumberProperty("floor", use.floor());
        json.writeNumberProperty("events", use.events());
        Optional<DiskUse.Forecast> forecast = use.forecast();
        if (forecast.isEmpty()) {
            json.writeNullProperty("forecast");
            return;
        }
        json.writeObjectPropertyStart("forecast");
        json.writeNumberProperty("eventsPerDay", Math.round(forecast.get().eventsPerDay()));
        json.writeNumberProperty("bytesPerEvent", Math.round(forecast.get().bytesPerEvent()));
        json.writeNumberProperty("bytesPerDay", Math.round(forecast.get().bytesPerDay()));
        write(json, "heldAt", forecast.get().heldAt().map(Math::round));
        write(json, "daysLeft", forecast.get().daysLeft().map(days -> (long) Math.floor(days)));
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String member, Optional<Long> number) {
        if (number.isPresent()) {
            json.writeNumberProperty(member, number.get());
        } else {
            json.writeNullProperty(member);
        }
    }
}

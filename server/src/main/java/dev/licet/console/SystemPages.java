package dev.licet.console;

import dev.licet.console.view.Cell;
import dev.licet.console.view.Fact;
import dev.licet.console.view.Grid;
import dev.licet.core.identity.Permission;
import dev.licet.dialect.Answer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// How the server itself is doing.
final class SystemPages {
    private static final Map<String, String> PARTS = parts();

    private final Rest rest;
    private final Pages pages;

    SystemPages(Rest rest, Pages pages) {
        this.rest = rest;
        this.pages = pages;
    }

    private static Map<String, String> parts() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("journal", "Journal");
        parts.put("archive", "Archive");
        parts.put("table", "Event table");
        parts.put("ids", "Clients’ ids");
        parts.put("entities", "Everything else");
        return parts;
    }

    Answer answer(Visit visit) {
        if (!visit.visitor().may(Permission.OPERATE)) {
            return pages.notPermitted(visit, Permission.OPERATE);
        }
        if (visit.words().size() > 1) {
            return pages.notFound(visit);
        }
        JsonNode system = rest.get(visit, "/v1/system").body();
        JsonNode disk = rest.get(visit, "/v1/system/disk").body();
        JsonNode events = system.path("events");
        long lag =
                events.path("acknowledged").asLong() - events.path("queryable").asLong();
        List<Fact> facts = List.of(
                new Fact("Version", Cells.text(system.path("version"))),
                new Fact("Running since", Cells.time(system.path("startedAt"))),
                new Fact("Java", Cells.text(system.path("java"))),
                new Fact(
                        "Memory",
                        new Cell.Text(Cells.bytes(
                                        system.path("heap").path("used").asLong()) + " of "
                                + Cells.bytes(system.path("heap").path("max").asLong()))),
                new Fact("Events on disk", Cells.number(events.path("acknowledged"))),
                new Fact(
                        "Not queryable yet",
                        lag == 0 ? new Cell.Badge("none", Cell.Tone.GOOD) : new Cell.Number(String.valueOf(lag), "")),
                new Fact("Sessions", Cells.number(system.path("sessions"))));
        List<Fact> ofDisk = new ArrayList<>();
        PARTS.forEach((member, label) -> ofDisk.add(
                new Fact(label, new Cell.Text(Cells.bytes(disk.path(member).asLong())))));
        if (disk.path("free").isNumber()) {
            ofDisk.add(
                    new Fact("Free", new Cell.Text(Cells.bytes(disk.path("free").asLong()))));
        }
        JsonNode forecast = disk.path("forecast");
        if (forecast.isObject()) {
            ofDisk.add(new Fact("Events a day", Cells.number(forecast.path("eventsPerDay"))));
            ofDisk.add(new Fact(
                    "Grows a day by",
                    new Cell.Text(Cells.bytes(forecast.path("bytesPerDay").asLong()))));
            JsonNode days = forecast.path("daysLeft");
            ofDisk.add(new Fact(
                    "Lasts",
                    days.isNumber()
                            ? new Cell.Text(Cells.plural(days.asLong(), "day"))
                            : new Cell.Badge("as long as events are kept", Cell.Tone.GOOD)));
        }
        List<Grid.Row> rows = new ArrayList<>();
        for (JsonNode setting : system.path("settings")) {
            rows.add(new Grid.Row(
                    List.of(
                            Cells.code(setting.path("name")),
                            Cells.code(setting.path("value")),
                            setting.path("isDefault").asBoolean(true)
                                    ? new Cell.Text("yes")
                                    : new Cell.Badge("set", Cell.Tone.QUIET),
                            Cells.text(setting.path("says"))),
                    List.of()));
        }
        Grid settings =
                new Grid("Settings in force", List.of("Setting", "Value", "Default?", "What it says"), rows, "", false);
        return pages.page(visit, "system", "System", Map.of("facts", facts, "disk", ofDisk, "settings", settings));
    }
}

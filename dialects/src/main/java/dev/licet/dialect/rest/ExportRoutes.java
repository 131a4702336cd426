package dev.licet.dialect.rest;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.event.EventExport;
import dev.licet.core.event.ExportEvents;
import dev.licet.core.event.ReadEvents;
import dev.licet.core.event.RecordedEvent;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Csv;
import dev.licet.dialect.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/// Gives out all events that match, in one answer of any length.
final class ExportRoutes {
    static final String PATH = Events.PATH + "/export";

    private final ExportEvents exportEvents;

    ExportRoutes(ExportEvents exportEvents) {
        this.exportEvents = exportEvents;
    }

    List<Endpoint> endpoints() {
        return List.of(new Endpoint("GET", PATH, this::export));
    }

    private enum Format {
        NDJSON("application/x-ndjson"),
        CSV(Csv.MEDIA_TYPE),
        PARQUET("application/vnd.apache.parquet");

        private final String mediaType;

        Format(String mediaType) {
            this.mediaType = mediaType;
        }

        static Format of(Call call) {
            return switch (call.query("format").orElse("ndjson")) {
                case "ndjson" -> NDJSON;
                case "csv" -> CSV;
                case "parquet" -> PARQUET;
                default -> throw new WrongField("format", "must be ndjson, csv or parquet");
            };
        }
    }

    private Answer export(Call call) {
        Optional<Refusal> refusal = ReadEvents.refusal(call.caller());
        if (refusal.isPresent()) {
            return Problems.answer(call.request(), refusal.get());
        }
        Format format = Format.of(call);
        return switch (exportEvents.begin(call.caller(), Events.filter(call))) {
            case Outcome.Refused<EventExport>(Refusal no) -> Problems.answer(call.request(), no);
            case Outcome.Success<EventExport>(EventExport export) -> answer(export, format);
        };
    }

    private static Answer answer(EventExport export, Format format) {
        try {
            return switch (format) {
                case NDJSON -> rows(export, format, out -> writeLines(export, out));
                case CSV -> rows(export, format, out -> writeRecords(export, out));
                case PARQUET -> {
                    EventExport.Parquet file = export.parquet();
                    yield answer(
                                    export,
                                    format,
                                    file.events(),
                                    out -> file.bytes().transferTo(out))
                            .with("Content-Length", Long.toString(file.length()));
                }
            };
        } catch (Throwable e) {
            export.close();
            throw e;
        }
    }

    private static Answer rows(EventExport export, Format format, Answer.Writer writer) {
        return answer(export, format, export.count(), writer);
    }

    private static Answer answer(EventExport export, Format format, long events, Answer.Writer writer) {
        String name = "events." + format.name().toLowerCase(Locale.ROOT);
        return Answer.written(200, format.mediaType, out -> {
                    try (export) {
                        writer.writeTo(out);
                    }
                })
                .with("Content-Disposition", "attachment; filename=\"" + name + "\"")
                .with("Licet-As-Of", Long.toString(export.asOf()))
                .with("Licet-Complete", Boolean.toString(export.isComplete()))
                .with("Licet-Events", Long.toString(events));
    }

    private static void writeLines(EventExport export, OutputStream out) {
        try (JsonGenerator json = Json.LINES.createGenerator(ObjectWriteContext.empty(), out)) {
            List<RecordedEvent> events = export.next();
            boolean any = !events.isEmpty();
            for (; !events.isEmpty(); events = export.next()) {
                events.forEach(event -> EventDocument.write(json, event));
            }
            if (any) {
                json.writeRaw('\n');
            }
        }
    }

    private static void writeRecords(EventExport export, OutputStream out) throws IOException {
        StringBuilder csv = new StringBuilder();
        for (int i = 0; i < EventDocument.COLUMNS.size(); i++) {
            Csv.cell(csv, i == 0, EventDocument.COLUMNS.get(i));
        }
        Csv.end(csv);
        for (List<RecordedEvent> events = export.next(); !events.isEmpty(); events = export.next()) {
            for (RecordedEvent event : events) {
                EventDocument.write(csv, event);
                out.write(csv.toString().getBytes(StandardCharsets.UTF_8));
                csv.setLength(0);
            }
        }
        out.write(csv.toString().getBytes(StandardCharsets.UTF_8));
    }
}

package dev.licet.dialect.rest;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.insight.Answer;
import dev.licet.core.insight.AskInsights;
import dev.licet.core.insight.Question;
import dev.licet.core.insight.Span;
import dev.licet.core.insight.Table;
import dev.licet.core.insight.Table.Column;
import dev.licet.dialect.Csv;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Json;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// What the events add up to, as JSON or CSV.
final class InsightRoutes {
    private final AskInsights ask;
    private final Clock clock;

    InsightRoutes(AskInsights ask, Clock clock) {
        this.ask = ask;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.onceByItself("POST", "/v1/insights/{kind}", this::answer));
    }

    private dev.licet.dialect.Answer answer(Call call) {
        return answer(call, call.argument(), call.body());
    }

    private Optional<Question> read(Call call, String kind, Body body) {
        return new InsightQuestions(new InsightQuestions.Asker(
                        call.caller().account(),
                        () -> ask.zone(call.caller()),
                        () -> ask.inWholeUnits(call.caller()),
                        clock.instant().truncatedTo(ChronoUnit.MICROS)))
                .read(kind, body);
    }

    /// Refuses what is no question.
    void check(Call call, String kind, Body question) {
        if (read(call, kind, question).isEmpty()) {
            throw new WrongField("kind", "must be one of " + InsightQuestions.KINDS);
        }
    }

    /// What a question of a kind is answered.
    dev.licet.dialect.Answer answer(Call call, String kind, Body body) {
        Optional<Refusal> refusal = AskInsights.refusal(call.caller());
        if (refusal.isPresent()) {
            return Problems.answer(call.request(), refusal.get());
        }
        Optional<Question> question = read(call, kind, body);
        if (question.isEmpty()) {
            return Problems.answer(call.request(), Fault.UNKNOWN_PATH);
        }
        boolean isCsv = isCsv(call);
        Outcome<Answer> outcome =
                ask.ask(call.caller(), question.get(), body.flag("compare").orElse(false));
        return switch (outcome) {
            case Outcome.Refused<Answer>(Refusal refused) -> Problems.answer(call.request(), refused);
            case Outcome.Success<Answer>(Answer answer) ->
                isCsv ? csv(question.get(), answer) : json(kind, question.get(), answer);
        };
    }

    private static boolean isCsv(Call call) {
        return call.query("format")
                .map(format -> switch (format) {
                    case "csv" -> true;
                    case "json" -> false;
                    default -> throw new WrongField("format", "must be json or csv");
                })
                .orElse(false);
    }

    private static dev.licet.dialect.Answer json(String kind, Question question, Answer answer) {
        Optional<String> prefix = InsightQuestions.groups(question).flatMap(InsightQuestions::prefix);
        Span span = question.scope().span();
        return dev.licet.dialect.Answer.of(200, Json.MEDIA_TYPE, Json.object(json -> {
            json.writeStringProperty("kind", kind);
            writeSpan(json, span);
            json.writeStringProperty("zone", span.zone().getId());
            json.writeNumberProperty("events", answer.events());
            json.writeObjectPropertyStart("asOf");
            json.writeNumberProperty("position", answer.asOf());
            if (answer.asOfTime().isPresent()) {
                json.writeStringProperty("time", answer.asOfTime().get().toString());
            } else {
                json.writeNullProperty("time");
            }
            json.writeBooleanProperty("complete", answer.complete());
            json.writeEndObject();
            writeRows(json, answer.table(), prefix);
            answer.before().ifPresent(before -> {
                json.writeObjectPropertyStart("before");
                writeSpan(json, span.before());
                writeRows(json, before, prefix);
                json.writeEndObject();
            });
        }));
    }

    private static void writeSpan(JsonGenerator json, Span span) {
        json.writeStringProperty("from", span.from().toString());
        json.writeStringProperty("until", span.until().toString());
    }

    private static void writeRows(JsonGenerator json, Table table, Optional<String> prefix) {
        json.writeArrayPropertyStart("data");
        for (List<@Nullable Object> row : table.rows()) {
            json.writeStartObject();
            for (int i = 0; i < table.columns().size(); i++) {
                json.writeName(table.columns().get(i).name());
                Column column = table.columns().get(i);
                writeCell(json, column.type(), cell(column, row.get(i), prefix));
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeCell(JsonGenerator json, Table.Type type, @Nullable Object cell) {
        switch (cell) {
            case null -> json.writeNull();
            case Long count -> json.writeNumber(count);
            // Text, so that no reader rounds it.
            case BigDecimal money when type == Table.Type.MONEY -> json.writeString(money.toPlainString());
            case BigDecimal number -> json.writeNumber(number.toBigInteger());
            default -> json.writeString(cell.toString());
        }
    }

    /// With the ids of groups as this API has them.
    private static @Nullable Object cell(Column column, @Nullable Object cell, Optional<String> prefix) {
        return cell != null && column.name().equals("group") && prefix.isPresent() ? prefix.get() + cell : cell;
    }

    /// The span before comes behind, where it was asked for, told apart by the first column.
    private static dev.licet.dialect.Answer csv(Question question, Answer answer) {
        Optional<String> prefix = InsightQuestions.groups(question).flatMap(InsightQuestions::prefix);
        StringBuilder csv = new StringBuilder();
        List<String> names = answer.table().columns().stream().map(Column::name).toList();
        boolean compares = answer.before().isPresent();
        add(csv, compares ? Stream.concat(Stream.of("span"), names.stream()).toList() : names);
        add(csv, answer.table(), prefix, compares ? Optional.of("now") : Optional.empty());
        answer.before().ifPresent(before -> add(csv, before, prefix, Optional.of("before")));
        return dev.licet.dialect.Answer.of(200, Csv.MEDIA_TYPE, csv.toString())
                .with("Licet-As-Of", Long.toString(answer.asOf()))
                .with("Licet-Complete", Boolean.toString(answer.complete()))
                .with("Licet-Events", Long.toString(answer.events()));
    }

    private static void add(StringBuilder csv, Table table, Optional<String> prefix, Optional<String> span) {
        for (List<@Nullable Object> row : table.rows()) {
            List<@Nullable Object> cells = new ArrayList<>();
            span.ifPresent(cells::add);
            for (int i = 0; i < table.columns().size(); i++) {
                cells.add(cell(table.columns().get(i), row.get(i), prefix));
            }
            add(csv, cells);
        }
    }

    private static void add(StringBuilder csv, List<? extends @Nullable Object> cells) {
        boolean isFirst = true;
        for (Object cell : cells) {
            if (cell instanceof BigDecimal || cell instanceof Long) {
                Csv.number(csv, isFirst, cell instanceof BigDecimal number ? number.toPlainString() : cell.toString());
            } else {
                Csv.cell(csv, isFirst, cell == null ? "" : cell.toString());
            }
            isFirst = false;
        }
        Csv.end(csv);
    }
}

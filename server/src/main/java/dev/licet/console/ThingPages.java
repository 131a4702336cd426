package dev.licet.console;

import dev.licet.console.Things.Column;
import dev.licet.console.Things.Part;
import dev.licet.console.view.Button;
import dev.licet.console.view.Cell;
import dev.licet.console.view.Detail;
import dev.licet.console.view.Done;
import dev.licet.console.view.Fact;
import dev.licet.console.view.Form;
import dev.licet.console.view.FormField;
import dev.licet.console.view.Grid;
import dev.licet.console.view.Listing;
import dev.licet.dialect.Answer;
import java.time.Clock;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// Pages of [Things]: their lists, one of them, and the forms of what can be done.
final class ThingPages {
    private static final int ROWS = 50;
    private static final int ROWS_OF_PART = 200;

    private final Rest rest;
    private final Pages pages;
    private final Clock clock;

    ThingPages(Rest rest, Pages pages, Clock clock) {
        this.rest = rest;
        this.pages = pages;
        this.clock = clock;
    }

    /// `/console/keys`, `/console/keys/key_7`, `/console/keys/do/add`, `/console/keys/key_7/do/block`.
    Answer answer(Visit visit, Things things) {
        boolean changes = visit.request().verb().equals("POST");
        if (!visit.visitor().may(things.needs())) {
            return pages.notPermitted(visit, things.needs());
        }
        return switch (visit.words().size()) {
            case 1 -> changes ? pages.notFound(visit) : list(visit, things);
            case 2 -> changes || !things.hasPage() ? pages.notFound(visit) : detail(visit, things, visit.word(1));
            case 3 -> general(visit, things, changes);
            case 4 -> ofOne(visit, things, changes);
            default -> pages.notFound(visit);
        };
    }

    private Answer general(Visit visit, Things things, boolean changes) {
        Optional<Deed> deed = visit.word(1).equals("do") ? things.generalDeed(visit.word(2)) : Optional.empty();
        if (deed.isEmpty()) {
            return pages.notFound(visit);
        }
        return changes
                ? done(visit, deed.get(), MissingNode.getInstance())
                : form(visit, deed.get(), MissingNode.getInstance());
    }

    private Answer ofOne(Visit visit, Things things, boolean changes) {
        Optional<Deed> deed = visit.word(2).equals("do") ? things.deed(visit.word(3)) : Optional.empty();
        if (deed.isEmpty()) {
            return pages.notFound(visit);
        }
        Rest.Reply found = find(visit, things, visit.word(1));
        if (!found.isOk()) {
            return notThere(visit, found);
        }
        return changes ? done(visit, deed.get(), found.body()) : form(visit, deed.get(), found.body());
    }

    private Answer notThere(Visit visit, Rest.Reply reply) {
        return reply.status() == 404 ? pages.notFound(visit) : pages.failed(visit, reply.why());
    }

    private Rest.Reply find(Visit visit, Things things, String id) {
        if (things.isShown()) {
            return rest.get(visit, things.path() + "/" + Visit.encoded(id));
        }
        return rest.list(visit, things.path()).stream()
                .filter(thing -> Things.id(thing).equals(id))
                .findFirst()
                .map(thing -> new Rest.Reply(200, thing))
                .orElseGet(() -> new Rest.Reply(404, Rest.object()));
    }

    // Lists

    private Answer list(Visit visit, Things things) {
        List<String> query = new ArrayList<>();
        for (Field filter : things.filters()) {
            filter(visit, filter).ifPresent(value -> query.add(filter.name() + "=" + Visit.encoded(value)));
        }
        String cursor = visit.parameter("cursor");
        Rest.Reply reply = rest.get(
                visit,
                things.path() + "?"
                        + Stream.concat(
                                        query.stream(),
                                        Stream.of(
                                                "limit=" + ROWS,
                                                cursor.isEmpty() ? "" : "cursor=" + Visit.encoded(cursor)))
                                .filter(part -> !part.isEmpty())
                                .collect(Collectors.joining("&")));
        if (!reply.isOk()) {
            return pages.failed(visit, reply.why());
        }
        Grid grid = grid(visit, things, reply.body(), more(visit, things, reply.body()));
        if (visit.isForPart() && !cursor.isEmpty()) {
            return pages.part("rows", Map.of("grid", grid));
        }
        List<FormField> filters = things.filters().stream()
                .map(filter -> filter.again(visit, rest, reply))
                .map(field -> new FormField(
                        field.name(),
                        field.label(),
                        field.kind(),
                        field.value(),
                        field.hint(),
                        false,
                        field.choices(),
                        Optional.empty()))
                .toList();
        Listing listing = new Listing(
                things.title(),
                things.lead(),
                things.href(),
                filters,
                buttons(visit, things),
                grid,
                query.isEmpty() ? things.empty() : "Nothing matches.",
                query.isEmpty() && !things.curl().isEmpty()
                        ? pages.curl(visit, "POST", things.path(), things.curl())
                        : "");
        return pages.page(visit, "listing", things.title(), Map.of("listing", listing));
    }

    /// What a filter asks the API for: days and times are of the account's zone.
    private static Optional<String> filter(Visit visit, Field filter) {
        return visit.parameters().last(filter.name()).map(text -> switch (filter.kind()) {
            case DATE -> {
                try {
                    yield LocalDate.parse(text)
                            .atStartOfDay(visit.visitor().zone())
                            .toInstant()
                            .toString();
                } catch (DateTimeParseException e) {
                    yield text;
                }
            }
            case TIME -> Field.instant(text, visit.visitor().zone());
            default -> text;
        });
    }

    private static String more(Visit visit, Things things, JsonNode body) {
        String next = body.path("next").asString("");
        if (next.isEmpty()) {
            return "";
        }
        String filters = things.filters().stream()
                .flatMap(filter -> visit.parameters().last(filter.name()).stream()
                        .map(value -> filter.name() + "=" + Visit.encoded(value) + "&"))
                .collect(Collectors.joining());
        return things.href() + "?" + filters + "cursor=" + Visit.encoded(next);
    }

    private static List<Button> buttons(Visit visit, Things things) {
        return things.general().stream()
                .filter(deed -> visit.visitor().may(deed.needs()))
                .map(deed -> new Button(deed.label(), things.href() + "/do/" + deed.slug(), deed.dangerous()))
                .toList();
    }

    private static List<Button> buttons(Visit visit, Things things, JsonNode thing) {
        return things.deeds().stream()
                .filter(deed -> visit.visitor().may(deed.needs()) && deed.fits().test(thing))
                .map(deed -> new Button(
                        deed.label(),
                        things.href() + "/" + Visit.encoded(Things.id(thing)) + "/do/" + deed.slug(),
                        deed.dangerous()))
                .toList();
    }

    private Grid grid(Visit visit, Things things, JsonNode body, String more) {
        Names names = new Names(visit, rest, clock.instant());
        List<Grid.Row> rows = new ArrayList<>();
        boolean withButtons = false;
        for (JsonNode thing : body.path("data")) {
            List<Cell> cells = new ArrayList<>();
            for (Column column : things.columns()) {
                Cell cell = column.cell().apply(thing, names);
                cells.add(cells.isEmpty() && things.hasPage() ? link(things, thing, cell) : cell);
            }
            List<Button> buttons = buttons(visit, things, thing);
            withButtons |= !buttons.isEmpty();
            rows.add(new Grid.Row(cells, buttons));
        }
        return new Grid(
                things.title(), things.columns().stream().map(Column::label).toList(), rows, more, withButtons);
    }

    /// What a row begins with leads to the thing's own page.
    private static Cell link(Things things, JsonNode thing, Cell cell) {
        String href = things.href() + "/" + Visit.encoded(Things.id(thing));
        return switch (cell) {
            case Cell.Text(String text) -> new Cell.Link(text.isBlank() ? Things.id(thing) : text, href, false);
            case Cell.Code(String text) -> new Cell.Link(text, href, true);
            case Cell.Nothing nothing -> new Cell.Link(Things.id(thing), href, true);
            default -> cell;
        };
    }

    // One of them

    private Answer detail(Visit visit, Things things, String id) {
        Rest.Reply found = find(visit, things, id);
        if (!found.isOk()) {
            return notThere(visit, found);
        }
        JsonNode thing = found.body();
        Names names = new Names(visit, rest, clock.instant());
        List<Fact> facts = Stream.concat(things.columns().stream().skip(1), things.facts().stream())
                .map(column -> new Fact(column.label(), column.cell().apply(thing, names)))
                .filter(fact -> !(fact.cell() instanceof Cell.Nothing))
                .toList();
        List<Detail.Part> parts = new ArrayList<>();
        for (Part part : things.parts()) {
            Things others = Catalog.find(part.things()).orElseThrow();
            if (visit.visitor().may(others.needs())) {
                String query = "?" + filled(part.query(), thing, true) + "&limit=" + ROWS_OF_PART;
                Rest.Reply reply = rest.get(visit, others.path() + query);
                parts.add(
                        new Detail.Part(part.title(), grid(visit, others, reply.body(), ""), List.of(), part.empty()));
            }
        }
        String title = Cells.name(thing);
        Detail detail = new Detail(
                title,
                thing.path("key").asString("").equals(title),
                things.href(),
                things.title(),
                facts,
                buttons(visit, things, thing),
                parts);
        return pages.page(visit, "detail", title, Map.of("detail", detail));
    }

    /// The text with a thing's members for their names in braces.
    private static String filled(String text, JsonNode thing, boolean isQuery) {
        String filled = text;
        for (Map.Entry<String, JsonNode> member : thing.properties()) {
            if (member.getValue().isValueNode()) {
                String value = member.getValue().asString();
                filled = filled.replace("{" + member.getKey() + "}", isQuery ? Visit.encoded(value) : value);
            }
        }
        return filled;
    }

    // What can be done

    private Answer form(Visit visit, Deed deed, JsonNode thing) {
        List<FormField> fields = deed.fields().stream()
                .map(field -> field.shown(visit, rest, thing))
                .toList();
        return form(visit, deed, thing, fields, Optional.empty());
    }

    /// The form as it was filled in, with why it was not taken.
    private Answer again(Visit visit, Deed deed, JsonNode thing, Rest.Reply reply, String why) {
        List<FormField> fields = deed.fields().stream()
                .map(field -> field.again(visit, rest, reply)
                        .whichWas(field.shown(visit, rest, thing).value()))
                .toList();
        return form(visit, deed, thing, fields, Optional.of(why));
    }

    private Answer form(Visit visit, Deed deed, JsonNode thing, List<FormField> fields, Optional<String> failure) {
        return pages.part(
                "form",
                Map.of(
                        "form",
                        new Form(
                                visit.request().path(),
                                title(deed, thing),
                                deed.says().replace("{name}", Cells.name(thing)),
                                deed.label(),
                                deed.dangerous(),
                                fields,
                                failure)));
    }

    private static String title(Deed deed, JsonNode thing) {
        return thing.isMissingNode() ? deed.label() : deed.label() + ": " + Cells.name(thing);
    }

    private Answer done(Visit visit, Deed deed, JsonNode thing) {
        ObjectNode body = Rest.object();
        Set<String> changed = deed.fields().stream()
                .filter(field -> !deed.verb().equals("PATCH") || field.isChanged(visit))
                .map(Field::group)
                .collect(Collectors.toSet());
        for (Field field : deed.fields()) {
            if (changed.contains(field.group()) && !body.path(field.group()).isNull()) {
                field.addTo(body, visit);
            }
        }
        deed.fixed().forEach(body::set);
        boolean hasBody = !deed.fields().isEmpty() || !deed.fixed().isEmpty();
        if (hasBody && deed.verb().equals("PATCH") && body.isEmpty()) {
            return again(visit, deed, thing, new Rest.Reply(422, Rest.object()), "Nothing is changed yet.");
        }
        Rest.Reply reply = rest.send(
                visit,
                deed.verb(),
                deed.path().replace("{id}", Visit.encoded(Things.id(thing))),
                hasBody ? Optional.of(body) : Optional.empty());
        if (!reply.isOk()) {
            return again(visit, deed, thing, reply, reply.why());
        }
        List<Fact> secrets = deed.secrets().entrySet().stream()
                .filter(secret -> reply.body().path(secret.getKey()).isString())
                .map(secret -> new Fact(
                        secret.getValue(),
                        new Cell.Code(reply.body().path(secret.getKey()).asString())))
                .toList();
        return pages.part("done", Map.of("done", new Done(deed.done(), lower(secrets), secrets)));
    }

    private static String lower(List<Fact> secrets) {
        return secrets.stream()
                .map(secret -> secret.label().toLowerCase(Locale.ROOT))
                .filter(label -> !label.equals("key"))
                .findFirst()
                .map(label -> "This is shown once: keep the " + label + " now.")
                .orElse("");
    }
}

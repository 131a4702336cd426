package dev.licet.console;

import dev.licet.console.view.Cell;
import dev.licet.core.identity.Permission;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;

/// Things of one kind: how they are listed, what is told of each, and what can be done.
///
/// @param slug names them in the address @param path of their list in the API
/// @param lead what they are
/// @param columns of the table; the first one leads to a thing's own page, if it has one
/// @param facts what its page tells besides; a thing without facts and parts has no page
/// @param filters members of the query
/// @param general what can be done that needs none of them @param deeds what can be done with one
/// @param empty what to say where there are none @param curl how to make one; empty for none
/// @param isShown whether the API shows one by its id
record Things(
        String slug,
        String title,
        String lead,
        Permission needs,
        String path,
        boolean isShown,
        List<Column> columns,
        List<Column> facts,
        List<Part> parts,
        List<Field> filters,
        List<Deed> general,
        List<Deed> deeds,
        String empty,
        String curl) {

    /// What is told of a thing.
    record Column(String label, BiFunction<JsonNode, Names, Cell> cell) {}

    /// Other things that belong to one. @param query of their list; `{id}` and others stand for its own members
    record Part(String title, String things, String query, String empty) {}

    boolean hasPage() {
        return !facts.isEmpty() || !parts.isEmpty();
    }

    Optional<Deed> deed(String name) {
        return deeds.stream().filter(deed -> deed.slug().equals(name)).findFirst();
    }

    Optional<Deed> generalDeed(String name) {
        return general.stream().filter(deed -> deed.slug().equals(name)).findFirst();
    }

    /// What the API names a thing by.
    static String id(JsonNode thing) {
        return thing.path("id").asString(thing.path("accountNumber").asString(""));
    }

    String href() {
        return "/console/" + slug;
    }

    static Things of(String slug, String title, Permission needs, String path) {
        return new Things(
                slug, title, "", needs, path, true, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
                "", "");
    }

    Things lead(String text) {
        return new Things(
                slug, title, text, needs, path, isShown, columns, facts, parts, filters, general, deeds, empty, curl);
    }

    /// The API has no way to show one alone.
    Things fromListOnly() {
        return new Things(
                slug, title, lead, needs, path, false, columns, facts, parts, filters, general, deeds, empty, curl);
    }

    Things columns(Column... all) {
        return new Things(
                slug,
                title,
                lead,
                needs,
                path,
                isShown,
                List.of(all),
                facts,
                parts,
                filters,
                general,
                deeds,
                empty,
                curl);
    }

    Things facts(Column... all) {
        return new Things(
                slug,
                title,
                lead,
                needs,
                path,
                isShown,
                columns,
                List.of(all),
                parts,
                filters,
                general,
                deeds,
                empty,
                curl);
    }

    Things parts(Part... all) {
        return new Things(
                slug,
                title,
                lead,
                needs,
                path,
                isShown,
                columns,
                facts,
                List.of(all),
                filters,
                general,
                deeds,
                empty,
                curl);
    }

    Things filters(Field... all) {
        return new Things(
                slug,
                title,
                lead,
                needs,
                path,
                isShown,
                columns,
                facts,
                parts,
                List.of(all),
                general,
                deeds,
                empty,
                curl);
    }

    Things general(Deed... all) {
        return new Things(
                slug,
                title,
                lead,
                needs,
                path,
                isShown,
                columns,
                facts,
                parts,
                filters,
                List.of(all),
                deeds,
                empty,
                curl);
    }

    Things deeds(Deed... all) {
        return new Things(
                slug,
                title,
                lead,
                needs,
                path,
                isShown,
                columns,
                facts,
                parts,
                filters,
                general,
                List.of(all),
                empty,
                curl);
    }

    /// What to say where there are none, and a body that makes one, if `curl` is how that is done.
    Things empty(String says, String body) {
        return new Things(
                slug, title, lead, needs, path, isShown, columns, facts, parts, filters, general, deeds, says, body);
    }
}

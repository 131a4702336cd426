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

    static Builder of(String slug, String title, Permission needs, String path) {
        return new Builder(slug, title, needs, path);
    }

    /// Gathers what is known of them by name. For one thread.
    static final class Builder {
        private final String slug;
        private final String title;
        private final Permission needs;
        private final String path;
        private String lead = "";
        private boolean isShown = true;
        private List<Column> columns = List.of();
        private List<Column> facts = List.of();
        private List<Part> parts = List.of();
        private List<Field> filters = List.of();
        private List<Deed> general = List.of();
        private List<Deed> deeds = List.of();
        private String empty = "";
        private String curl = "";

        private Builder(String slug, String title, Permission needs, String path) {
            this.slug = slug;
            this.title = title;
            this.needs = needs;
            this.path = path;
        }

        Builder lead(String text) {
            lead = text;
            return this;
        }

        /// The API has no way to show one alone.
        Builder fromListOnly() {
            isShown = false;
            return this;
        }

        Builder columns(Column... all) {
            columns = List.of(all);
            return this;
        }

        Builder facts(Column... all) {
            facts = List.of(all);
            return this;
        }

        Builder parts(Part... all) {
            parts = List.of(all);
            return this;
        }

        Builder filters(Field... all) {
            filters = List.of(all);
            return this;
        }

        Builder general(Deed... all) {
            general = List.of(all);
            return this;
        }

        Builder deeds(Deed... all) {
            deeds = List.of(all);
            return this;
        }

        /// What to say where there are none, and a body that makes one, if `curl` is how that is done.
        Builder empty(String says, String body) {
            empty = says;
            curl = body;
            return this;
        }

        Things build() {
            return new Things(
                    slug, title, lead, needs, path, isShown, columns, facts, parts, filters, general, deeds, empty,
                    curl);
        }
    }
}

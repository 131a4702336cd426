package dev.licet.console;

import dev.licet.console.view.Shell;
import dev.licet.core.identity.Permission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What leads to the pages: those that somebody may look at.
final class Navigation {
    private record Place(String label, String href, Permission needs) {}

    private record Part(String label, List<Place> places) {}

    private static final List<Part> PARTS = List.of(
            new Part(
                    "See",
                    List.of(
                            new Place("Overview", "/console", Permission.GET_INSIGHTS),
                            new Place("Explore", "/console/explore", Permission.GET_INSIGHTS),
                            new Place("Dashboards", "/console/dashboards", Permission.GET_INSIGHTS),
                            new Place("Live", "/console/live", Permission.GET_EVENTS))),
            new Part(
                    "Sell",
                    List.of(
                            place("products"),
                            place("keys"),
                            place("licenses"),
                            place("purchases"),
                            place("customers"))),
            new Part(
                    "Manage",
                    List.of(
                            place("users"),
                            place("applications"),
                            place("tokens"),
                            place("templates"),
                            place("data-objects"),
                            place("file-keys"),
                            place("accounts"))),
            new Part(
                    "Watch over",
                    List.of(
                            place("audit"),
                            place("erasures"),
                            new Place("System", "/console/system", Permission.OPERATE))));

    private Navigation() {}

    private static Place place(String slug) {
        Things things = Catalog.find(slug).orElseThrow();
        return new Place(things.title(), things.href(), things.needs());
    }

    static List<Shell.Group> of(Visitor visitor, String path) {
        List<Shell.Group> groups = new ArrayList<>();
        for (Part part : PARTS) {
            List<Shell.Item> items = part.places().stream()
                    .filter(place -> visitor.may(place.needs()))
                    .map(place -> new Shell.Item(place.label(), place.href(), isAt(place, path)))
                    .toList();
            if (!items.isEmpty()) {
                groups.add(new Shell.Group(part.label(), items));
            }
        }
        return groups;
    }

    private static boolean isAt(Place place, String path) {
        return path.equals(place.href()) || !place.href().equals("/console") && path.startsWith(place.href() + "/");
    }

    /// All pages that it leads to.
    static List<String> all() {
        return PARTS.stream()
                .flatMap(part -> part.places().stream())
                .map(Place::href)
                .toList();
    }

    /// Where somebody begins: at the first page that they may look at.
    static Optional<String> first(Visitor visitor) {
        return PARTS.stream()
                .flatMap(part -> part.places().stream())
                .filter(place -> visitor.may(place.needs()))
                .map(Place::href)
                .findFirst();
    }
}

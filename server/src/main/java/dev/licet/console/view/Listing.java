package dev.licet.console.view;

import java.util.List;

/// A page with a table of things.
///
/// @param lead what these things are
/// @param filters of a form that asks for some of them
/// @param buttons what can be done that needs none of them
/// @param empty what to say where there are none @param curl how to make one; empty for none
public record Listing(
        String title,
        String lead,
        String path,
        List<FormField> filters,
        List<Button> buttons,
        Grid grid,
        String empty,
        String curl) {
    public Listing {
        filters = List.copyOf(filters);
        buttons = List.copyOf(buttons);
    }

    public boolean isFiltered() {
        return filters.stream().anyMatch(filter -> !filter.value().isEmpty());
    }
}

package dev.licet.console.view;

import java.util.List;

/// A table of things.
///
/// @param caption what it is a table of, for who can't see it
/// @param more where the next rows are; empty when these are all
/// @param withButtons whether rows have something that can be done
public record Grid(String caption, List<String> headings, List<Row> rows, String more, boolean withButtons) {
    public Grid {
        headings = List.copyOf(headings);
        rows = List.copyOf(rows);
    }

    public record Row(List<Cell> cells, List<Button> buttons) {
        public Row {
            cells = List.copyOf(cells);
            buttons = List.copyOf(buttons);
        }
    }

    public int columns() {
        return headings.size() + (withButtons ? 1 : 0);
    }
}

package dev.licet.console.view;

import java.util.List;

/// A page about one thing. @param back where its like are
public record Detail(
        String title,
        boolean isCode,
        String back,
        String backLabel,
        List<Fact> facts,
        List<Button> buttons,
        List<Part> parts) {
    public Detail {
        facts = List.copyOf(facts);
        buttons = List.copyOf(buttons);
        parts = List.copyOf(parts);
    }

    /// What belongs to it.
    public record Part(String title, Grid grid, List<Button> buttons, String empty) {
        public Part {
            buttons = List.copyOf(buttons);
        }
    }
}

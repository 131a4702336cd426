package dev.licet.console.view;

import java.util.List;

/// An insight's answer.
///
/// @param csv where its rows are as CSV @param edit where its question is asked @param json where it is as JSON
public record Answered(
        String title, List<Chart> charts, Grid grid, Freshness freshness, String csv, String edit, String json) {
    public Answered {
        charts = List.copyOf(charts);
    }
}

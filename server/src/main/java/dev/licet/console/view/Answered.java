package dev.licet.console.view;

import java.util.List;

/// An insight's answer.
///
/// @param csv where its rows are as CSV @param kind of the question @param question as it is saved
public record Answered(
        String title,
        List<Chart> charts,
        Grid grid,
        Freshness freshness,
        String csv,
        String edit,
        String kind,
        String question) {
    public Answered {
        charts = List.copyOf(charts);
    }
}

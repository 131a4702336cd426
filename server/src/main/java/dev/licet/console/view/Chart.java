package dev.licet.console.view;

/// A picture of numbers.
///
/// @param summary what it shows, in a sentence, for who can't see it
/// @param json for the script that draws it
public record Chart(String title, String summary, String json) {}

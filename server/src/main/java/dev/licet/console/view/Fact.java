package dev.licet.console.view;

/// A thing's property, by its name.
public record Fact(String label, Cell cell) {}

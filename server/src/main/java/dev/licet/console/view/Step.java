package dev.licet.console.view;

/// One of the first things to do. @param curl what does it
public record Step(String title, String says, String curl, boolean done) {}

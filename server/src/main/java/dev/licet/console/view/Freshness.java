package dev.licet.console.view;

/// What an answer rests on.
///
/// @param from the first instant @param until the instant behind the last one @param zone whose days they are
/// @param events how many events it rests on; of seats, how many were held
/// @param asOf when the last event that was looked at came; empty for none
/// @param complete whether that is all that was acknowledged before
public record Freshness(
        String from, String until, String zone, String events, String what, String asOf, boolean complete) {}

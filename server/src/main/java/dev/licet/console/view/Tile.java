package dev.licet.console.view;

import java.util.Optional;

/// A number that one sees first.
///
/// @param number in decimal digits @param unit such as a currency; may be empty
/// @param change beside the time before, in per cent; empty where there is nothing to compare with
/// @param says what it counts, and when
public record Tile(String label, String number, String unit, Optional<Integer> change, String says, String href) {}

package dev.licet.console.view;

/// Something that can be done: a button that opens its form.
///
/// @param dangerous whether it takes something away
public record Button(String label, String href, boolean dangerous) {}

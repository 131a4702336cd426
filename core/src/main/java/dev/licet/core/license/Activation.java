package dev.licet.core.license;

import java.time.Instant;
import java.util.Optional;

/// A machine that a key runs on.
///
/// @param machine its code, as the program on it made it
/// @param friendlyName for people
/// @param address that it was activated from
public record Activation(String machine, Optional<String> friendlyName, String address, Instant at) {}

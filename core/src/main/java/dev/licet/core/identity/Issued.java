package dev.licet.core.identity;

/// Something that was made together with its secret, which is shown this once and stored as a hash only.
public record Issued<T>(T thing, Secret secret) {}

package dev.licet.dialect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/// The OpenAPI documents of dialects, each of which stands beside its dialect's code.
public final class Descriptions {
    private static final String NAME = "openapi.json";

    private Descriptions() {}

    /// Reads the document of a dialect that has one.
    public static byte[] of(Class<? extends Dialect> dialect) {
        try (InputStream in = dialect.getResourceAsStream(NAME)) {
            return Objects.requireNonNull(in, NAME).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the " + NAME + " of " + dialect.getName(), e);
        }
    }
}

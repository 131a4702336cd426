package dev.licet.dialect;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The headers of a request; names are compared without regard to case.
public record Headers(Map<String, List<String>> byLowerCaseName) {
    public static final Headers NONE = new Headers(Map.of());

    public Headers {
        byLowerCaseName = Map.copyOf(byLowerCaseName);
    }

    /// Their names alone: values may be secrets.
    @Override
    public String toString() {
        return byLowerCaseName.keySet().toString();
    }

    public Optional<String> first(String name) {
        return all(name).stream().findFirst();
    }

    public List<String> all(String name) {
        return byLowerCaseName.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }
}

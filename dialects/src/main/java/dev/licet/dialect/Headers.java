package dev.licet.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The headers of a request, in their order; names are compared without regard to case. There are few of them, so
/// they are looked through.
public record Headers(List<Header> list) {
    public static final Headers NONE = new Headers(List.of());

    /// One line of them.
    public record Header(String name, String value) {
        /// Its name alone: the value may be a secret.
        @Override
        public String toString() {
            return name;
        }
    }

    public Headers {
        list = List.copyOf(list);
    }

    public static Headers of(Map<String, List<String>> byName) {
        List<Header> list = new ArrayList<>();
        byName.forEach((name, values) -> values.forEach(value -> list.add(new Header(name, value))));
        return new Headers(list);
    }

    public Optional<String> first(String name) {
        for (Header header : list) {
            if (header.name.equalsIgnoreCase(name)) {
                return Optional.of(header.value);
            }
        }
        return Optional.empty();
    }

    public List<String> all(String name) {
        List<String> all = new ArrayList<>();
        for (Header header : list) {
            if (header.name.equalsIgnoreCase(name)) {
                all.add(header.value);
            }
        }
        return all;
    }

    public int count(String name) {
        int count = 0;
        for (Header header : list) {
            if (header.name.equalsIgnoreCase(name)) {
                count++;
            }
        }
        return count;
    }

    public boolean has(String name) {
        return first(name).isPresent();
    }
}

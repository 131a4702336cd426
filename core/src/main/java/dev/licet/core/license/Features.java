package dev.licet.core.license;

import java.util.List;

/// What of a product a key turns on.
///
/// @param bits which of the eight features that are counted from 1, the first in the lowest bit
/// @param named those that go by a name, such as `export` or `export.pdf`, each once
public record Features(int bits, List<String> named) {
    public static final int COUNT = 8;
    public static final int MAX_NAMED = 100;

    /// In characters.
    public static final int MAX_NAME = 100;

    public static final Features NONE = new Features(0, List.of());

    public Features {
        if (bits < 0 || bits >= 1 << COUNT) {
            throw new IllegalArgumentException("not eight features: " + bits);
        }
        named = named.stream().distinct().toList();
    }

    public static boolean isOne(long feature) {
        return feature >= 1 && feature <= COUNT;
    }

    public boolean has(int feature) {
        return (bits & bit(feature)) != 0;
    }

    public Features with(int feature, boolean on) {
        return new Features(on ? bits | bit(feature) : bits & ~bit(feature), named);
    }

    public Features withNamed(List<String> changed) {
        return new Features(bits, changed);
    }

    private static int bit(int feature) {
        if (!isOne(feature)) {
            throw new IllegalArgumentException("no feature " + feature);
        }
        return 1 << feature - 1;
    }
}

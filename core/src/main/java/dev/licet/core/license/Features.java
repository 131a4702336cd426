package dev.licet.core.license;

/// Which of a key's eight features, counted from 1, are on.
public record Features(int bits) {
    public static final int COUNT = 8;
    public static final Features NONE = new Features(0);

    public Features {
        if (bits < 0 || bits >= 1 << COUNT) {
            throw new IllegalArgumentException("not eight features: " + bits);
        }
    }

    public static boolean isOne(long feature) {
        return feature >= 1 && feature <= COUNT;
    }

    public boolean has(int feature) {
        return (bits & bit(feature)) != 0;
    }

    public Features with(int feature, boolean on) {
        return new Features(on ? bits | bit(feature) : bits & ~bit(feature));
    }

    private static int bit(int feature) {
        if (!isOne(feature)) {
            throw new IllegalArgumentException("no feature " + feature);
        }
        return 1 << feature - 1;
    }
}

package dev.licet.proof;

import java.util.Random;

/// What an event says. It follows from the event's name, so that nothing has to be remembered to know it again.
///
/// @param feature null for an event that has none @param value 0 for none @param currency null for none
record Content(String name, String feature, long value, String currency, String metadata) {
    private static final int LONG_ONES = 64;
    private static final int LONG = 20_000;
    private static final int SHORT = 400;

    static Content of(Ledger.Kind kind, String name) {
        Random random = new Random(name.hashCode());
        int padding = random.nextInt(LONG_ONES) == 0 ? LONG : random.nextInt(SHORT);
        String metadata = "{\"of\":\"" + name + "\",\"padding\":\"" + padding(name, padding) + "\"}";
        return kind == Ledger.Kind.LOG_EVENT
                ? new Content(name, null, 0, null, metadata)
                : new Content(name, "feature " + name, random.nextInt(1, 1_000_000), "EUR", metadata);
    }

    private static String padding(String name, int length) {
        return (name + ".").repeat(length / (name.length() + 1) + 1).substring(0, length);
    }

    /// What [#metadata] holds under `padding`.
    String padding() {
        return metadata.substring(metadata.indexOf("\"padding\":\"") + 11, metadata.length() - 2);
    }
}

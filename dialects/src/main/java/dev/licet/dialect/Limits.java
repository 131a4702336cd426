package dev.licet.dialect;

/// How much a request may hold. Sizes of texts are in code points, of metadata in bytes of UTF-8.
///
/// @param parameters in query and body together
/// @param name of a name, a key or a machine code
/// @param currency of a currency
/// @param metadata of a metadata text, or one value of a logged event
/// @param events in one call
/// @param line of a body that is read line by line, in bytes
/// @param streamEvents in one call that is read line by line
public record Limits(int parameters, int name, int currency, int metadata, int events, int line, int streamEvents) {
    public static final Limits DEFAULTS = new Limits(1_000, 256, 16, 64 * 1024, 10_000, 256 * 1024, 1_000_000);
}

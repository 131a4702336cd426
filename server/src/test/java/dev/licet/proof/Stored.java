package dev.licet.proof;

/// What was found in a server or in its store.
final class Stored {
    private Stored() {}

    record Event(long id, Content content) {}

    /// A license or a product. @param name of the request that made it
    record Thing(long id, String name) {}
}

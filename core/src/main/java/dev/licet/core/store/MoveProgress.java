package dev.licet.core.store;

/// Is told how far a move is.
@FunctionalInterface
public interface MoveProgress {
    /// @param things in words, such as `events` @param done how many of them are behind it
    void at(String things, long done, long of);
}

package dev.licet.demo;

/// Is told how far it is.
@FunctionalInterface
public interface Progress {

    /// @param what is made, in plural @param done how many are there @param of how many
    void made(String what, long done, long of);
}

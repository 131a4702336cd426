package dev.licet.core.session;

/// Where blocks of transaction numbers are reserved. Safe for threads and for several nodes.
public interface NumberReserve {

    /// Reserves so many numbers that nobody was given before, all higher than any that was; on disk when it
    /// returns. @return the first of them, 1 or more
    long reserve(int count);
}

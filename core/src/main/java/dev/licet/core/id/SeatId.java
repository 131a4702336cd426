package dev.licet.core.id;

/// Names a seat. It can't be guessed: a program that knows it may ping the seat and give it back.
public record SeatId(String value) {
    /// Letters and digits; 119 bits.
    public static final int LENGTH = 20;

    @Override
    public String toString() {
        return value;
    }
}

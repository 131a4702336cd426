package dev.licet.demo;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/// Numbers that look random, and are the same for the same seed on every machine and JDK: SplitMix64, and logarithms
/// that are exact everywhere. No secrets come from here. For one thread.
final class Dice {
    private static final int PLACES = 1024;

    private long state;

    Dice(long seed) {
        state = seed;
    }

    private long next() {
        state += 0x9E3779B97F4A7C15L;
        long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /// At least 0, less than 1.
    double share() {
        return (next() >>> 11) * 0x1.0p-53;
    }

    int below(int bound) {
        return (int) ((next() >>> 32) * bound >>> 32);
    }

    boolean happens(double probability) {
        return share() < probability;
    }

    <T> T oneOf(List<T> things) {
        return things.get(below(things.size()));
    }

    /// How long until something that may come at any time, on average after so long.
    Duration wait(Duration mean) {
        return Duration.ofMillis((long) (-mean.toMillis() * StrictMath.log(1 - share())));
    }

    /// Up to so long.
    Duration within(Duration most) {
        return Duration.ofMillis((long) (most.toMillis() * share()));
    }

    /// A list in which the first is there twice as often as the second, and `n` times as often as the `n`th.
    static <T> List<T> popular(List<T> things) {
        double all = IntStream.rangeClosed(1, things.size())
                .mapToDouble(n -> 1.0 / n)
                .sum();
        return IntStream.rangeClosed(1, things.size())
                .boxed()
                .flatMap(n ->
                        IntStream.range(0, (int) Math.ceil(PLACES / (all * n))).mapToObj(i -> things.get(n - 1)))
                .toList();
    }
}

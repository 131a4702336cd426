package dev.licet.store.sql;

import java.time.Duration;
import java.util.Optional;

/// What went wrong with a file lately. It lapses after a while without another: who stops sending because of it
/// would else never see it end. Safe for threads.
public final class Fault {
    private static final Duration LASTS = Duration.ofSeconds(30);

    private record Seen(String what, long at) {}

    private volatile Optional<Seen> last = Optional.empty();

    /// @return whether nothing had gone wrong lately, so that it is worth a line in the log
    public boolean happened(String what) {
        boolean isNew = lately().isEmpty();
        last = Optional.of(new Seen(what, System.nanoTime()));
        return isNew;
    }

    public void isOver() {
        last = Optional.empty();
    }

    public Optional<String> lately() {
        return last.filter(seen -> System.nanoTime() - seen.at() < LASTS.toNanos())
                .map(Seen::what);
    }
}

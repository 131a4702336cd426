package dev.licet.store.embedded;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import java.util.Objects;
import java.util.Optional;

/// What goes wrong with something that is tried again for as long as it takes. The log has it once until it changes.
/// Safe for threads.
final class Trouble {
    private static final System.Logger LOG = System.getLogger(Trouble.class.getName());

    private record Seen(String why, int times) {}

    private final String what;
    private volatile Optional<Seen> seen = Optional.empty();

    /// @param what is tried, such as "loading events"
    Trouble(String what) {
        this.what = what;
    }

    void happened(Throwable e) {
        String why = Objects.requireNonNullElse(e.getMessage(), e.toString());
        boolean isNew = seen.filter(last -> last.why().equals(why)).isEmpty();
        seen = Optional.of(new Seen(why, seen.map(Seen::times).orElse(0) + 1));
        if (isNew) {
            LOG.log(ERROR, what + " failed; it is tried again until it works, and told again when that changes", e);
        }
    }

    void isOver() {
        Optional<Seen> last = seen;
        seen = Optional.empty();
        last.ifPresent(over -> LOG.log(INFO, what + " works again, after " + over.times() + " times that it failed"));
    }

    /// What is wrong now; empty when the last time went well.
    Optional<String> check() {
        return seen.map(now -> what + " failed (" + now.times() + " times): " + now.why());
    }
}

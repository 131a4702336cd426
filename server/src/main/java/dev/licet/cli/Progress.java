package dev.licet.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;

/// Tells how far a long work is: on one line of a terminal, else on a line now and then. For one thread.
final class Progress {
    private final PrintWriter err;
    private final String done;
    private final boolean isTerminal;
    private final long every;
    private final long began = System.nanoTime();
    private long toldAt = began;
    private long events;
    private long bytes;

    /// @param done what is done to the events, such as `exported`
    Progress(PrintWriter err, String done) {
        Console console = System.console();
        this.err = err;
        this.done = done;
        this.isTerminal = console != null && console.isTerminal();
        this.every = Duration.ofSeconds(isTerminal ? 1 : 10).toNanos();
    }

    /// So much was done by now, altogether. @param share of all that there is; empty where that is not known
    void at(long events, long bytes, OptionalDouble share) {
        this.events = events;
        this.bytes = bytes;
        long now = System.nanoTime();
        if (now - toldAt < every) {
            return;
        }
        toldAt = now;
        String line = inWords()
                + (share.isPresent() ? String.format(Locale.ROOT, ", %.0f %%", share.getAsDouble() * 100) : "");
        if (isTerminal) {
            err.print("\r" + line + "    ");
            err.flush();
        } else {
            err.println(line);
        }
    }

    /// Ends the line. @param more what else is to be said
    void end(String more) {
        err.println((isTerminal ? "\r" : "") + inWords() + more);
    }

    private String inWords() {
        double seconds = Math.max(0.001, (System.nanoTime() - began) / 1e9);
        return String.format(
                Locale.ROOT,
                "%s: %,d events, %,.1f MiB, %,.0f events/s",
                done,
                events,
                bytes / 1048576.0,
                events / seconds);
    }
}

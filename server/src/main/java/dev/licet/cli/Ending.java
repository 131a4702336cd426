package dev.licet.cli;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/// What is done when the process is told to end, before it ends well. Safe for threads.
final class Ending {
    private static final System.Logger LOG = System.getLogger(Ending.class.getName());

    private final Deque<AutoCloseable> steps = new ConcurrentLinkedDeque<>();
    private final Thread thread = Thread.ofPlatform().name("stop").unstarted(this::end);

    private Ending() {}

    /// From now on.
    static Ending watch() {
        Ending ending = new Ending();
        Runtime.getRuntime().addShutdownHook(ending.thread);
        return ending;
    }

    /// Closes this before all that was named earlier.
    void first(AutoCloseable step) {
        steps.push(step);
    }

    /// Leaves the process to end by itself. @return false when it is being ended already
    boolean callOff() {
        try {
            return Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException ending) {
            return false;
        }
    }

    private void end() {
        int exitCode = 0;
        LOG.log(INFO, "stopping");
        for (AutoCloseable step : steps) {
            try {
                step.close();
            } catch (Exception e) {
                LOG.log(ERROR, "stopping failed", e);
                exitCode = Cli.FAILED;
            }
        }
        if (exitCode == 0) {
            LOG.log(INFO, "stopped");
        }
        Runtime.getRuntime().halt(exitCode);
    }
}

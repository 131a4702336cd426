package dev.licet.core.checkup;

import java.util.function.Consumer;

/// Looks at the place where an engine keeps, or would keep, everything, and tries it; what is kept there already is
/// not touched. Each engine brings its own.
public interface Checkup extends AutoCloseable {

    /// Tells what it finds as it finds it. It ends by itself, whatever the place does.
    void run(Consumer<Finding> tell);

    /// Takes away what it has made to try; also from another thread while it runs, which then ends soon.
    @Override
    void close();
}

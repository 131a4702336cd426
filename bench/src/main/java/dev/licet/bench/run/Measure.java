package dev.licet.bench.run;

import java.util.List;

/// One question to whole servers.
interface Measure {

    /// What it is called on the command line.
    String name();

    /// What is done, on both sides, in a few sentences.
    String question();

    List<Figure> figures();

    /// Starts what it needs, warm.
    Contest prepare(Kit kit) throws Exception;
}

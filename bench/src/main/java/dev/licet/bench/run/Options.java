package dev.licet.bench.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What the command line says.
///
/// @param seconds of each measurement under load
/// @param warmUp before a server is measured
/// @param leadIn for TLS handshakes, before what counts of a measurement
/// @param sustain of each measurement of batches
/// @param quiet from a start until a server counts as idle
/// @param idle how long an idle server is watched
/// @param backlog events that wait to be loaded when a server is opened again, and that a demo has
/// @param licetOptions more for Licet's own JVM, to see where time goes; nothing goes into the results then
/// @param heap each JVM's, as `-Xmx` takes it
/// @param directory where servers keep their data; on the disk that is to be measured
/// @param quick whether this only shows that everything runs; nothing goes into the results then
record Options(
        List<String> measures,
        int rounds,
        int seconds,
        Duration warmUp,
        Duration leadIn,
        Duration sustain,
        Duration quiet,
        Duration idle,
        int backlog,
        String heap,
        String licetOptions,
        Path directory,
        boolean quick) {
    static final String USAGE = """
            bench/run MEASURE...|all [--rounds 5] [--seconds 5] [--warm-up 6] [--lead-in 3] [--sustain 60]
                      [--quiet 30] [--idle 60] [--backlog 1000000] [--heap 1g] [--dir DIR]
                      [--licet-options ''] [--quick]""";

    static Options parse(String[] arguments, Path home) {
        List<String> words = new ArrayList<>(List.of(arguments));
        boolean quick = words.remove("--quick");
        List<String> measures = new ArrayList<>();
        int rounds = quick ? 2 : 5;
        int seconds = quick ? 2 : 5;
        int warmUp = quick ? 2 : 6;
        int leadIn = 3;
        int sustain = quick ? 4 : 60;
        int quiet = quick ? 3 : 30;
        int idle = quick ? 4 : 60;
        int backlog = quick ? 100_000 : 1_000_000;
        String heap = "1g";
        String licetOptions = "";
        Path directory = home.resolve("bench/target/run");
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("--")) {
                measures.add(word);
                continue;
            }
            if (++i == words.size()) {
                throw new IllegalArgumentException(word + " needs a value");
            }
            String value = words.get(i);
            switch (word) {
                case "--rounds" -> rounds = positive(word, value);
                case "--seconds" -> seconds = positive(word, value);
                case "--warm-up" -> warmUp = positive(word, value);
                case "--lead-in" -> leadIn = positive(word, value);
                case "--sustain" -> sustain = positive(word, value);
                case "--quiet" -> quiet = positive(word, value);
                case "--idle" -> idle = positive(word, value);
                case "--backlog" -> backlog = positive(word, value);
                case "--heap" -> heap = value;
                case "--licet-options" -> licetOptions = value;
                case "--dir" -> directory = Path.of(value).toAbsolutePath();
                default -> throw new IllegalArgumentException("no such option: " + word);
            }
        }
        if (measures.isEmpty()) {
            throw new IllegalArgumentException("which measure?");
        }
        return new Options(
                List.copyOf(measures),
                rounds,
                seconds,
                Duration.ofSeconds(warmUp),
                Duration.ofSeconds(leadIn),
                Duration.ofSeconds(sustain),
                Duration.ofSeconds(quiet),
                Duration.ofSeconds(idle),
                backlog,
                heap,
                licetOptions,
                directory,
                quick || !licetOptions.isEmpty());
    }

    private static int positive(String option, String value) {
        try {
            int number = Integer.parseInt(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(option + " needs a whole number above 0, not " + value);
    }
}

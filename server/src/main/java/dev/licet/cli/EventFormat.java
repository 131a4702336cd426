package dev.licet.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;

/// What files of events are written in.
enum EventFormat {
    NDJSON(".ndjson", ".jsonl"),
    CSV(".csv"),
    PARQUET(".parquet");

    private final List<String> endings;

    EventFormat(String... endings) {
        this.endings = List.of(endings);
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Option option() {
        return Command.option("format", "FORMAT", known() + "; by the file's name if not said.");
    }

    private static String known() {
        return Arrays.stream(values()).map(EventFormat::text).collect(Collectors.joining(", "));
    }

    /// The one that is asked for, or that the name of a file tells.
    static Optional<EventFormat> of(Given given, String file) {
        Optional<String> asked = given.text("format");
        Optional<EventFormat> format = Arrays.stream(values())
                .filter(known -> asked.map(known.text()::equals)
                        .orElseGet(() -> known.endings.stream().anyMatch(file.toLowerCase(Locale.ROOT)::endsWith)))
                .findFirst();
        if (asked.isPresent() && format.isEmpty()) {
            throw new CliFailure(Cli.WRONG_USE, "--format '" + asked.get() + "' has to be one of " + known());
        }
        return format;
    }
}

package dev.licet.cli;

import static dev.licet.cli.Command.option;
import static dev.licet.cli.Command.required;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.apache.commons.cli.Option;
import tools.jackson.databind.JsonNode;

/// Writes all events that match into a file.
final class ExportCommand {
    private static final List<String> FILTERS =
            List.of("product", "key", "name", "feature", "machine", "user", "from", "until");
    private static final String STANDARD_OUTPUT = "-";
    /// A Parquet file is written whole before its first byte comes.
    private static final Duration PATIENCE = Duration.ofHours(2);
    private static final int MOST_QUESTIONS = 300;

    private ExportCommand() {}

    static Command command() {
        Command command = Target.command(
                "export",
                "Write all events that match into a file.",
                ExportCommand::run,
                required("out", "FILE", "The file, which is there only once it is whole; - for standard output."),
                EventFormat.option());
        FILTERS.forEach(filter -> command.options().addOption(filter(filter)));
        return command;
    }

    private static Option filter(String name) {
        return switch (name) {
            case "from" -> option("from", "TIME", "Only events of this time or later, such as 2026-11-22T10:00:00Z.");
            case "until" -> option("until", "TIME", "Only events before this time.");
            case "product" -> option("product", "ID", "Only events of this product, such as prd_1.");
            default -> option(name, "TEXT", "Only events of this " + name + ".");
        };
    }

    private static int run(Target target, Given given) {
        if (target.isRunning() && given.text("account").isPresent()) {
            throw new CliFailure(Cli.WRONG_USE, "--account goes with --data; a token is for its own account");
        }
        String out = given.required("out");
        EventFormat format = EventFormat.of(given, out).orElse(EventFormat.NDJSON);
        String query = FILTERS.stream()
                .flatMap(filter -> given.text(filter).stream().map(text -> "&" + filter + "=" + Target.encoded(text)))
                .collect(Collectors.joining());
        return target.with(api -> {
            awaitLoaded(api, query);
            Api.Got got =
                    api.send("GET", "/v1/events/export?format=" + format.text() + query, "", new byte[0], PATIENCE);
            if (!got.isFine()) {
                Target.fine(got.reply());
            }
            Map<String, Object> summary = write(got, format, out, given);
            if (given.has("json") && !out.equals(STANDARD_OUTPUT)) {
                target.printer().print(summary);
            }
            return 0;
        });
    }

    /// What is exported is what can be queried. After a kill that may not be all at once; each question waits a while.
    private static void awaitLoaded(Api api, String query) {
        for (int i = 0; i < MOST_QUESTIONS; i++) {
            JsonNode page = Target.fine(api.call("GET", "/v1/events?limit=1" + query, ""));
            if (page.path("asOf").path("complete").asBoolean(false)) {
                return;
            }
        }
    }

    private static Map<String, Object> write(Api.Got got, EventFormat format, String out, Given given) {
        Progress progress = new Progress(given.err(), "exported");
        try {
            Counting counting;
            if (out.equals(STANDARD_OUTPUT)) {
                counting = new Counting(System.out, format, got.headers(), progress);
                got.body().writeTo(counting);
                System.out.flush();
            } else {
                counting = writeFile(got, format, Path.of(out).toAbsolutePath(), progress);
            }
            boolean complete = Boolean.parseBoolean(got.headers().get("Licet-Complete"));
            if (!given.has("json")) {
                progress.end(complete ? "" : "; events that came last are not in it yet: export again");
            }
            Map<String, Object> summary = new LinkedHashMap<>();
            summary.put("events", counting.events());
            summary.put("bytes", counting.bytes);
            summary.put("as_of", number(got.headers(), "Licet-As-Of"));
            summary.put("complete", complete);
            return summary;
        } catch (IOException e) {
            throw new CliFailure(Cli.FAILED, "the export was cut, and nothing is kept of it: " + e.getMessage());
        }
    }

    private static Counting writeFile(Api.Got got, EventFormat format, Path file, Progress progress)
            throws IOException {
        Path directory = file.getParent();
        if (directory == null || !Files.isDirectory(directory) || Files.isDirectory(file)) {
            throw new CliFailure(Cli.WRONG_USE, "can't write " + file + ": name a file in a directory that is there");
        }
        Path part = Files.createTempFile(directory, "." + file.getFileName() + ".", ".part");
        part.toFile().deleteOnExit(); // for Ctrl-C
        try {
            Counting counting;
            try (OutputStream to = Files.newOutputStream(part)) {
                counting = new Counting(to, format, got.headers(), progress);
                got.body().writeTo(counting);
            }
            try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return counting;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static long number(Map<String, String> headers, String name) {
        return Long.parseLong(headers.getOrDefault(name, "0"));
    }

    /// Counts what passes: lines, of CSV without its first and those within a cell. How many events are in a Parquet
    /// file is known before.
    private static final class Counting extends OutputStream {
        private final OutputStream out;
        private final EventFormat format;
        private final Progress progress;
        private final long allEvents;
        private final long allBytes;
        private long lines;
        private long bytes;
        private boolean quoted;

        Counting(OutputStream out, EventFormat format, Map<String, String> headers, Progress progress) {
            this.out = out;
            this.format = format;
            this.progress = progress;
            this.allEvents = number(headers, "Licet-Events");
            this.allBytes = number(headers, "Content-Length");
        }

        long events() {
            return switch (format) {
                case NDJSON -> lines;
                case CSV -> Math.max(0, lines - 1);
                case PARQUET -> bytes == allBytes ? allEvents : allEvents * bytes / Math.max(1, allBytes);
            };
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            out.write(from, offset, length);
            bytes += length;
            if (format != EventFormat.PARQUET) {
                for (int i = offset; i < offset + length; i++) {
                    quoted ^= format == EventFormat.CSV && from[i] == '"';
                    lines += from[i] == '\n' && !quoted ? 1 : 0;
                }
            }
            progress.at(
                    events(),
                    bytes,
                    allEvents == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) events() / allEvents));
        }
    }
}

package dev.licet.bench.run;

import dev.licet.bench.run.Run.Round;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a measure gave, as a Markdown file.
final class Report {
    private final Measure measure;
    private final List<Round> rounds;
    private final List<String> notes;
    private final Options options;
    private final Path home;
    private final String[] arguments;

    Report(Measure measure, List<Round> rounds, List<String> notes, Options options, Path home, String[] arguments) {
        this.measure = measure;
        this.rounds = rounds;
        this.notes = notes;
        this.options = options;
        this.home = home;
        this.arguments = arguments;
    }

    /// One line a figure.
    List<String> medians() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < measure.figures().size(); i++) {
            Figure figure = measure.figures().get(i);
            double median = median(i);
            lines.add(figure.name() + ": median "
                    + (figure.yardstick().isPresent() ? "of the ratios " : "") + Numbers.text(median)
                    + (figure.yardstick().isPresent() ? "" : " " + figure.unit())
                    + figure.target()
                            .map(target -> ". " + target.verdict(median))
                            .orElse("; for information."));
        }
        return lines;
    }

    private double median(int figure) {
        return Numbers.median(
                rounds.stream().map(round -> round.pairs().get(figure).figure()).toList());
    }

    /// @return the file
    Path write() throws IOException, InterruptedException {
        Path directory = home.resolve(options.quick() ? "bench/target/quick" : "bench/results");
        Files.createDirectories(directory);
        return Files.writeString(
                directory.resolve(LocalDate.now() + "-" + measure.name() + ".md"), String.join("\n", lines()) + "\n");
    }

    private List<String> lines() throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        lines.add("# " + measure.name() + ", " + LocalDate.now());
        lines.add("");
        lines.add(measure.question());
        lines.add("");
        lines.addAll(medians().stream().map(line -> "- " + line).toList());
        lines.add("");
        lines.add("| | |");
        lines.add("|---|---|");
        lines.add("| Machine | " + Machine.processor() + "; servers and load generator share it |");
        lines.add("| Disk | " + Machine.disk(options.directory()) + " |");
        lines.add("| System | " + Machine.system() + " |");
        lines.add("| JDK | " + Machine.jdk() + "; each server's heap " + options.heap() + " at most |");
        lines.add("| Commit | " + commit() + " |");
        lines.add("| Command | `bench/run " + command() + "` |");
        lines.add("| Measured | " + options.rounds() + " rounds of " + options.seconds() + " s a side after "
                + options.warmUp().toSeconds() + " s of warm-up, in turns |");
        for (int i = 0; i < measure.figures().size(); i++) {
            lines.addAll(table(i));
        }
        if (!notes.isEmpty()) {
            lines.add("");
            notes.forEach(note -> lines.add("- " + note));
        }
        return lines;
    }

    private List<String> table(int index) {
        Figure figure = measure.figures().get(index);
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("## " + figure.name());
        lines.add("");
        lines.add(
                figure.yardstick().isPresent()
                        ? "| Round | " + figure.yardstick().get() + ", " + figure.unit() + " | Licet, " + figure.unit()
                                + " | Ratio | Others' share of the machine |"
                        : "| Round | " + figure.unit() + " | Others' share of the machine |");
        lines.add(figure.yardstick().isPresent() ? "|---|---|---|---|---|" : "|---|---|---|");
        for (int i = 0; i < rounds.size(); i++) {
            Pair pair = rounds.get(i).pairs().get(index);
            lines.add("| " + (i + 1) + " | "
                    + (pair.yardstick().isPresent()
                            ? Numbers.text(pair.yardstick().getAsDouble()) + " | " + Numbers.text(pair.licet()) + " | "
                            : "")
                    + Numbers.text(pair.figure())
                    + String.format(Locale.ROOT, " | %.0f %% |", rounds.get(i).others() * 100));
        }
        lines.add("| Median | " + (figure.yardstick().isPresent() ? "| | " : "") + "**" + Numbers.text(median(index))
                + "** | |");
        return lines;
    }

    private String commit() throws IOException, InterruptedException {
        String commit = git("rev-parse", "--short", "HEAD").strip();
        return git("status", "--porcelain", "--", ":!bench/results").isBlank() ? commit : commit + ", with changes";
    }

    private String git(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-C", home.toString()));
        command.addAll(List.of(words));
        return Kit.Tool.run(Duration.ofSeconds(10), command.toArray(String[]::new));
    }

    /// Without where directories lie on this machine.
    private String command() {
        List<String> words = new ArrayList<>(List.of(arguments));
        int directory = words.indexOf("--dir");
        if (directory >= 0) {
            words.set(directory + 1, "DIR");
        }
        return String.join(" ", words);
    }
}

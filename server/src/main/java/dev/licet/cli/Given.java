package dev.licet.cli;

import dev.licet.server.config.Values;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/// What a command was called with, and where it writes to.
record Given(CommandLine line, PrintWriter out, PrintWriter err) {

    Optional<String> text(String option) {
        return Optional.ofNullable(line.getOptionValue(option));
    }

    /// Of an option that has to be given.
    String required(String option) {
        return text(option).orElseThrow();
    }

    Optional<Long> number(String option) {
        return text(option).map(text -> {
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException e) {
                throw new CliFailure(Cli.WRONG_USE, "--" + option + " '" + text + "' has to be a whole number");
            }
        });
    }

    /// What an option has for a duration.
    static Duration duration(String option, String text) {
        return Values.duration(text)
                .orElseThrow(() -> new CliFailure(
                        Cli.WRONG_USE, "--" + option + " '" + text + "' has to be " + Values.DURATION_RULE));
    }

    boolean has(String option) {
        return line.hasOption(option);
    }

    /// All that followed the words of a command that takes several things.
    List<String> operands() {
        return line.getArgList();
    }

    /// What followed the words of a command that takes something.
    String operand() {
        return line.getArgList().getFirst();
    }
}

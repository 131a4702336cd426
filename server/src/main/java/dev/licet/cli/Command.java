package dev.licet.cli;

import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/// One command: how it is called, what it takes, and what it does.
///
/// @param words as they are typed, such as `app add`
/// @param operand what has to follow the words, such as `APP`; empty for nothing
record Command(String words, Optional<String> operand, String about, Options options, Action action) {
    /// What a command does with what was given to it. @return the exit code
    @FunctionalInterface
    interface Action {
        int run(Given given) throws Exception;
    }

    static Command of(String words, String about, Action action, Option... options) {
        Options all = new Options();
        Arrays.stream(options).forEach(all::addOption);
        return new Command(words, Optional.empty(), about, all, action);
    }

    /// The first word, by which commands that belong together are found.
    String noun() {
        return words.split(" ", 2)[0];
    }

    /// How many things may follow the words.
    int mostOperands() {
        return operand.map(text -> text.endsWith("...") ? Integer.MAX_VALUE : 1).orElse(0);
    }

    /// As usage texts show it.
    String synopsis() {
        return "licet " + words + operand.map(" "::concat).orElse("");
    }

    /// An option with a value.
    static Option option(String name, String value, String about) {
        return Option.builder()
                .longOpt(name)
                .hasArg()
                .argName(value)
                .desc(about)
                .get();
    }

    /// An option with a value that has to be given.
    static Option required(String name, String value, String about) {
        Option option = option(name, value, about);
        option.setRequired(true);
        return option;
    }

    /// An option without a value.
    static Option flag(String name, String about) {
        return Option.builder().longOpt(name).desc(about).get();
    }
}

package dev.licet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.licet.server.Logging;
import dev.licet.server.config.WrongSetting;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.help.HelpFormatter;
import org.apache.commons.cli.help.TextHelpAppendable;

/// The command line: exit code 0 for fine, 1 for failed, 2 for wrong use; errors are one line on standard error.
public final class Cli {
    static final int FAILED = 1;
    static final int WRONG_USE = 2;

    /// By their first word. Only what is called is made, and `serve` comes first, since starts should be short.
    private static final Map<String, Supplier<List<Command>>> COMMANDS = commands();
    /// Is there for the launcher alone.
    private static final String HIDDEN = "rehearse";

    private final PrintWriter out;
    private final PrintWriter err;

    private Cli(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    private static Map<String, Supplier<List<Command>>> commands() {
        Map<String, Supplier<List<Command>>> commands = new LinkedHashMap<>();
        commands.put("serve", () -> List.of(ServeCommand.command()));
        commands.put("sink", () -> List.of(SinkCommand.command()));
        commands.put("refill", () -> List.of(RefillCommand.command()));
        commands.put("demo", () -> List.of(DemoCommand.command()));
        commands.put("init", () -> List.of(InitCommand.command()));
        commands.put("doctor", () -> List.of(DoctorCommand.command()));
        commands.put("repair", () -> List.of(RepairCommand.command()));
        commands.put("verify", () -> List.of(VerifyCommand.command()));
        commands.put("disk", () -> List.of(DiskCommand.command()));
        commands.put("erase", () -> List.of(EraseCommand.command()));
        commands.put("export", () -> List.of(ExportCommand.command()));
        commands.put("import", () -> List.of(ImportCommand.command()));
        commands.put("move", () -> List.of(MoveCommand.command()));
        commands.put("account", AccountCommands::all);
        commands.put("user", UserCommands::all);
        commands.put("app", AppCommands::all);
        commands.put("token", TokenCommands::all);
        commands.put("product", ProductCommands::all);
        commands.put(HIDDEN, () -> List.of(RehearseCommand.command()));
        return commands;
    }

    /// Runs one command. @return the exit code of the process
    public static int run(String... arguments) {
        // A library of ours would complain on standard error that it has nowhere to log to.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        Logging.start("warning");
        return run(new PrintWriter(System.out, true, UTF_8), new PrintWriter(System.err, true, UTF_8), arguments);
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        try {
            return new Cli(out, err).run(List.of(arguments));
        } catch (CliFailure known) {
            return complain(err, String.valueOf(known.getMessage()), known.exitCode());
        } catch (WrongSetting wrong) {
            return complain(err, String.valueOf(wrong.getMessage()), WRONG_USE);
        } catch (Exception failure) {
            return complain(err, failure.getMessage() == null ? failure.toString() : failure.getMessage(), FAILED);
        }
    }

    private static int complain(PrintWriter err, String message, int exitCode) {
        err.println("licet: " + message.replaceAll("\\s*\\R\\s*", " "));
        return exitCode;
    }

    private int run(List<String> words) throws Exception {
        if (words.isEmpty()) {
            overview(err);
            return WRONG_USE;
        }
        switch (words.getFirst()) {
            case "--help", "-h", "help" -> {
                overview(out);
                return 0;
            }
            case "--version", "-V" -> {
                out.println(version());
                return 0;
            }
            default -> {
                return run(words.getFirst(), words);
            }
        }
    }

    private int run(String noun, List<String> words) throws Exception {
        if (!COMMANDS.containsKey(noun)) {
            throw new CliFailure(WRONG_USE, "there is no command '" + noun + "' (see 'licet --help')");
        }
        List<Command> commands = COMMANDS.get(noun).get();
        int options =
                (int) words.stream().takeWhile(word -> !word.startsWith("-")).count();
        Optional<Command> called = commands.stream()
                .filter(command ->
                        (String.join(" ", words.subList(0, options)) + " ").startsWith(command.words() + " "))
                .findFirst();
        if (asksForHelp(words)) {
            help(called.map(List::of).orElse(commands));
            return 0;
        }
        Command command = called.orElseThrow(() -> new CliFailure(
                WRONG_USE,
                (options < 2 ? "say what to do: " : "there is no 'licet " + noun + " " + words.get(1) + "': ")
                        + String.join(
                                ", ", commands.stream().map(Command::words).toList())
                        + " (see 'licet " + noun + " --help')"));
        List<String> arguments = words.subList(command.words().split(" ").length, words.size());
        return command.action().run(new Given(parse(command, arguments), out, err));
    }

    private static boolean asksForHelp(List<String> words) {
        return words.stream().takeWhile(word -> !word.equals("--")).anyMatch(word -> word.matches("-h|--help"));
    }

    private static CommandLine parse(Command command, List<String> arguments) {
        try {
            CommandLine line = DefaultParser.builder()
                    .setAllowPartialMatching(false)
                    .setStripLeadingAndTrailingQuotes(false)
                    .get()
                    .parse(command.options(), arguments.toArray(String[]::new));
            Arrays.stream(line.getOptions())
                    .filter(option -> !option.hasValueSeparator() && line.getOptionCount(option) > 1)
                    .findFirst()
                    .ifPresent(twice -> {
                        throw wrong(command, "--" + twice.getLongOpt() + " is given twice");
                    });
            int operands = line.getArgList().size();
            if (command.operand().isPresent() && operands == 0) {
                throw wrong(command, command.operand().get() + " is missing");
            }
            if (operands > command.mostOperands() && !command.words().equals(HIDDEN)) {
                throw wrong(command, "'" + line.getArgList().getLast() + "' is not understood");
            }
            return line;
        } catch (ParseException e) {
            throw wrong(command, String.valueOf(e.getMessage()));
        }
    }

    private static CliFailure wrong(Command command, String why) {
        return new CliFailure(WRONG_USE, why + " (see 'licet " + command.words() + " --help')");
    }

    private static void overview(PrintWriter to) {
        to.println("Usage: licet COMMAND [OPTIONS]");
        to.println("A server for licenses, sessions and usage events.");
        to.println();
        COMMANDS.forEach((noun, commands) -> {
            if (!noun.equals(HIDDEN)) {
                commands.get().forEach(command -> to.printf("  %-16s %s%n", command.words(), command.about()));
            }
        });
        to.println();
        to.println("'licet COMMAND --help' tells what a command takes; 'licet --version' which version this is.");
    }

    private void help(List<Command> commands) throws IOException {
        TextHelpAppendable text = new TextHelpAppendable(out);
        text.setLeftPad(0);
        text.setMaxWidth(100);
        HelpFormatter formatter = HelpFormatter.builder()
                .setShowSince(false)
                .setHelpAppendable(text)
                .get();
        formatter.setSyntaxPrefix("Usage:");
        for (Command command : commands) {
            Options options = new Options().addOptions(command.options());
            options.addOption(
                    Option.builder("h").longOpt("help").desc("Show this.").get());
            formatter.printHelp(command.synopsis() + " [OPTIONS]", command.about(), options, "", false);
        }
        out.flush();
    }

    private static String version() {
        String version = Cli.class.getPackage().getImplementationVersion();
        return "licet " + (version == null ? "(not packaged)" : version);
    }
}

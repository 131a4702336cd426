package dev.licet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.licet.server.Logging;
import dev.licet.server.config.WrongSetting;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// The command line: exit code 0 for fine, 1 for failed, 2 for wrong use; errors are one line on standard error.
@Command(
        name = "licet",
        description = "A server for licenses, sessions and usage events.",
        mixinStandardHelpOptions = true,
        versionProvider = Cli.Version.class)
public final class Cli {
    static final int FAILED = 1;
    static final int WRONG_USE = 2;

    /// By their names. Only what is called is made: to look at all of them takes a fifth of a start.
    private static final Map<String, Supplier<Object>> COMMANDS = commands();

    private Cli() {}

    private static Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("serve", ServeCommand::spec);
        commands.put("init", InitCommand::new);
        commands.put("repair", RepairCommand::new);
        commands.put("account", AccountCommands::new);
        commands.put("user", UserCommands::new);
        commands.put("app", AppCommands::new);
        commands.put("token", TokenCommands::new);
        commands.put("product", ProductCommands::new);
        commands.put("rehearse", RehearseCommand::new);
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
        CommandLine commands = new CommandLine(new Cli());
        @Nullable Supplier<Object> called = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
        (called == null ? COMMANDS : Map.of(arguments[0], called))
                .forEach((name, command) -> commands.addSubcommand(name, command.get()));
        commands.setOut(out);
        commands.setErr(err);
        commands.setParameterExceptionHandler((wrong, given) -> {
            complain(
                    wrong.getCommandLine(),
                    wrong.getMessage() + " (see '"
                            + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help')");
            return WRONG_USE;
        });
        commands.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof CliFailure known) {
                complain(command, String.valueOf(known.getMessage()));
                return known.exitCode();
            }
            if (failure instanceof WrongSetting wrong) {
                complain(command, String.valueOf(wrong.getMessage()));
                return WRONG_USE;
            }
            complain(command, failure.getMessage() == null ? failure.toString() : failure.getMessage());
            return FAILED;
        });
        if (arguments.length == 0) {
            commands.usage(err);
            return WRONG_USE;
        }
        return commands.execute(arguments);
    }

    private static void complain(CommandLine command, String message) {
        command.getErr().println("licet: " + message.replaceAll("\\s*\\R\\s*", " "));
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Cli.class.getPackage().getImplementationVersion();
            return new String[] {"licet " + (version == null ? "(not packaged)" : version)};
        }
    }
}

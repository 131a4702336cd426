package dev.licet.cli;

import dev.licet.server.FirstCredentials;
import dev.licet.server.Wiring;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Initialises a data directory and prints its credentials.
@Command(
        name = "init",
        description = "Initialise a data directory and print its credentials, once.",
        mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {
    @Option(names = "--data", required = true, paramLabel = "DIR", description = "The data directory to initialise.")
    Path data = Path.of("");

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    boolean json;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (Wiring.isInitialised(data)) {
            throw new CliFailure(
                    Cli.WRONG_USE, data + " is initialised already; use another directory, or serve this one");
        }
        FirstCredentials first = Wiring.initialise(data, Clock.systemUTC());
        new Printer(spec.commandLine().getOut(), json).print(first.byName());
        return 0;
    }
}

package dev.licet.cli;

import static dev.licet.cli.Command.flag;
import static dev.licet.cli.Command.required;

import dev.licet.server.FirstCredentials;
import dev.licet.server.Wiring;
import java.nio.file.Path;
import java.time.Clock;

/// Initialises a data directory and prints its credentials.
final class InitCommand {
    private InitCommand() {}

    static Command command() {
        return Command.of(
                "init",
                "Initialise a data directory and print its credentials, once.",
                InitCommand::run,
                required("data", "DIR", "The data directory to initialise."),
                flag("json", "Print one JSON object and nothing else."));
    }

    private static int run(Given given) {
        Path data = Path.of(given.required("data"));
        if (Wiring.isInitialised(data)) {
            throw new CliFailure(
                    Cli.WRONG_USE, data + " is initialised already; use another directory, or serve this one");
        }
        FirstCredentials first = Wiring.initialise(data, Clock.systemUTC());
        new Printer(given.out(), given.has("json")).print(first.byName());
        return 0;
    }
}

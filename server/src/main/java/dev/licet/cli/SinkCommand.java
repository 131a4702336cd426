package dev.licet.cli;

import static java.lang.System.Logger.Level.INFO;

import dev.licet.server.Logging;
import dev.licet.server.Wiring;
import dev.licet.server.config.Settings;
import java.util.Map;
import org.apache.commons.cli.Option;

/// Brings events from Kafka into ClickHouse until it is told to stop. It has the settings of a server.
final class SinkCommand {
    private static final System.Logger LOG = System.getLogger(SinkCommand.class.getName());

    private SinkCommand() {}

    static Command command() {
        return Command.of(
                "sink",
                "Bring events from Kafka into ClickHouse; several share the work.",
                SinkCommand::run,
                ServeCommand.options().toArray(Option[]::new));
    }

    private static int run(Given given) throws InterruptedException {
        Settings settings = ServeCommand.settings(given, Map.of());
        if (settings.cluster().isEmpty()) {
            throw new CliFailure(
                    Cli.WRONG_USE, "a sink needs the settings 'postgres', 'kafka' and 'clickhouse' of the servers");
        }
        Logging.start(settings.logLevel());
        Wiring.RunningSink sink = Wiring.sink(settings);
        Ending ending = Ending.watch();
        ending.first(sink);
        LOG.log(
                INFO,
                "bringing events from " + settings.cluster().get().kafka() + " to "
                        + settings.cluster().get().clickHouse());
        if (!sink.awaitEnd() && ending.callOff()) {
            throw new CliFailure(Cli.FAILED, "the sink has ended by itself; see above. Start it again");
        }
        return 0;
    }
}

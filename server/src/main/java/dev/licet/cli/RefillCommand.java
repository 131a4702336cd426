package dev.licet.cli;

import static java.lang.System.Logger.Level.DEBUG;

import dev.licet.server.Wiring;
import dev.licet.server.config.Settings;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;

/// Has sinks bring again what a ClickHouse has lost. It has the settings of a server.
final class RefillCommand {
    private static final System.Logger LOG = System.getLogger(RefillCommand.class.getName());
    private static final Instant END = Instant.parse("9999-12-31T23:59:59Z");

    private RefillCommand() {}

    static Command command() {
        Option since = Command.option(
                "since",
                "TIME",
                "From when on, as 2026-11-20T00:00:00Z: when it came to Kafka. Default: all that Kafka still has.");
        Option json = Command.flag("json", "Print one JSON object and nothing else.");
        return Command.of(
                "refill",
                "Have sinks bring what ClickHouse lacks of what Kafka still has.",
                RefillCommand::run,
                Stream.concat(Stream.of(since, json), ServeCommand.options()).toArray(Option[]::new));
    }

    private static int run(Given given) {
        Settings settings = ServeCommand.settings(given, Map.of());
        if (settings.cluster().isEmpty()) {
            throw new CliFailure(
                    Cli.WRONG_USE, "it needs the settings 'postgres', 'kafka' and 'clickhouse' of the servers");
        }
        Optional<Instant> since = given.text("since").map(RefillCommand::instant);
        long events = Wiring.refill(settings, since);
        if (given.has("json")) {
            new Printer(given.out(), true).print(Map.of("events", events));
        } else {
            given.out()
                    .println(String.format(
                            Locale.ROOT,
                            "sinks look at %,d events and bring those that ClickHouse lacks; ./licet doctor says how many"
                                    + " wait",
                            events));
        }
        given.out().flush();
        return 0;
    }

    private static Instant instant(String text) {
        try {
            Instant since = Instant.parse(text);
            if (since.isAfter(Instant.EPOCH) && since.isBefore(END)) {
                return since;
            }
        } catch (DateTimeParseException e) {
            LOG.log(DEBUG, "which is told below", e);
        }
        throw new CliFailure(Cli.WRONG_USE, "--since takes a time from 1970 to 9999, as 2026-11-20T00:00:00Z");
    }
}

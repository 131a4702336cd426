package dev.licet.cli;

import static dev.licet.cli.Command.option;

import dev.licet.demo.Demo;
import dev.licet.demo.Filling;
import dev.licet.demo.Made;
import dev.licet.server.FirstCredentials;
import dev.licet.server.Logging;
import dev.licet.server.Wiring;
import dev.licet.server.config.Setting;
import dev.licet.server.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;

/// Serves a made-up vendor's data, so that there is something to see. Every setting is a flag of it, as of `serve`.
final class DemoCommand {
    private static final long EVENTS = 200_000;
    private static final long SEED = 1;
    private static final LocalDate EARLIEST = LocalDate.of(2000, 1, 1);

    private DemoCommand() {}

    static Command command() {
        Stream<Option> own = Stream.of(
                option("events", "N", "How many events. Default: " + EVENTS),
                option("seed", "S", "Another number gives other data, the same number the same. Default: " + SEED),
                option("until", "DATE", "The day that the data ends before, as 2026-01-31. Default: today"),
                option("data", "DIR", "An empty directory that is kept. Default: a temporary one"));
        Stream<Option> settings =
                ServeCommand.options().filter(option -> !option.getLongOpt().equals(Setting.DATA.key()));
        return Command.of(
                "demo",
                "Serve a temporary directory filled with a made-up vendor's data.",
                DemoCommand::run,
                Stream.concat(own, settings).toArray(Option[]::new));
    }

    private static int run(Given given) throws Exception {
        Demo demo = demo(given, LocalDate.now(ZoneOffset.UTC));
        Optional<String> kept = given.text("data");
        Place place = kept.isPresent() ? Place.lasting(Path.of(kept.get())) : Place.temporary("licet-demo-");
        Ending ending = Ending.watch();
        ending.first(place);
        try {
            serve(given, demo, place, ending);
            return 0;
        } catch (Exception e) {
            if (ending.callOff()) {
                place.close();
            }
            throw e;
        }
    }

    private static Demo demo(Given given, LocalDate today) {
        long events = given.number("events").orElse(EVENTS);
        if (events < Demo.LEAST || events > Demo.MOST) {
            throw new CliFailure(Cli.WRONG_USE, "--events has to be from " + Demo.LEAST + " to " + Demo.MOST);
        }
        LocalDate until = given.text("until").map(DemoCommand::date).orElse(today);
        if (until.isBefore(EARLIEST) || until.isAfter(today)) {
            throw new CliFailure(Cli.WRONG_USE, "--until has to be from " + EARLIEST + " to " + today);
        }
        return new Demo(events, given.number("seed").orElse(SEED), until);
    }

    private static LocalDate date(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new CliFailure(Cli.WRONG_USE, "--until '" + text + "' has to be a date as 2026-01-31");
        }
    }

    private static void serve(Given given, Demo demo, Place place, Ending ending)
            throws IOException, InterruptedException {
        Path data = place.directory();
        Settings settings = ServeCommand.settings(given, Map.of(Setting.DATA, data.toString()));
        if (settings.postgres().isPresent()) {
            throw new CliFailure(Cli.WRONG_USE, "a demo is kept in a directory; leave the setting 'postgres' out");
        }
        Filled filled = make(given, demo, data, ending);
        Logging.start(settings.logLevel());
        Wiring server = Wiring.open(settings, Clock.systemUTC());
        ending.first(server);
        Welcome welcome = ServeCommand.welcome(settings, server, Optional.of(filled.first()))
                .orElseThrow();
        ServeCommand.print(given, Welcome.credentials(filled.first()));
        ServeCommand.print(given, welcome.firstCalls());
        ServeCommand.print(given, about(demo, filled.made()) + welcome.someEvents());
        new CountDownLatch(1).await();
    }

    private record Filled(FirstCredentials first, Made made) {}

    private static Filled make(Given given, Demo demo, Path data, Ending ending) {
        try (DemoProgress progress = new DemoProgress(given.err())) {
            ending.first(progress::stop);
            FirstCredentials first = Wiring.initialise(data, Clock.fixed(demo.begin(), ZoneOffset.UTC));
            try (Wiring.Stopped stopped = Wiring.openStopped(data, Clock.systemUTC())) {
                progress.begin();
                Made made = Filling.fill(stopped.store(), demo, progress);
                progress.done(made);
                return new Filled(first, made);
            }
        }
    }

    private static String about(Demo demo, Made made) {
        return String.format(
                Locale.ROOT,
                """
                # What is in it: Quorvale Works, who sell a drawing program and lessons for it. Nobody of them is there.
                #
                # %,d events from %s to %s, of %,d customers and %,d viewers
                # %,d purchases in four currencies, %,d renewals, %,d cancellations, %,d refunds
                # version 3.0 after 2.3, from %tF on; the server was away on %tF from 13:00 to 18:00 UTC
                # the same again: ./licet demo --events %d --seed %d --until %s

                """,
                made.events(),
                demo.begin().atOffset(ZoneOffset.UTC).toLocalDate(),
                demo.until().minusDays(1),
                made.customers(),
                made.viewers(),
                made.purchases(),
                made.renewals(),
                made.cancellations(),
                made.refunds(),
                demo.release().atOffset(ZoneOffset.UTC),
                demo.outageBegin().atOffset(ZoneOffset.UTC),
                demo.events(),
                demo.seed(),
                demo.until());
    }
}

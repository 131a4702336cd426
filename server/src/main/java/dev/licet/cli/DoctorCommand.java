package dev.licet.cli;

import static dev.licet.cli.Command.flag;

import dev.licet.core.checkup.Checkup;
import dev.licet.core.checkup.Finding;
import dev.licet.core.checkup.Finding.State;
import dev.licet.server.Logging;
import dev.licet.server.Wiring;
import dev.licet.server.config.Settings;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;

/// Looks at where a server with the same settings keeps everything, and tries it there.
final class DoctorCommand {
    private DoctorCommand() {}

    static Command command() {
        return Command.of(
                "doctor",
                "Look at the disk or database that a server with these settings uses, and try it.",
                DoctorCommand::run,
                Stream.concat(
                                ServeCommand.options(),
                                Stream.of(flag("json", "Print one JSON object and nothing else.")))
                        .toArray(Option[]::new));
    }

    private static int run(Given given) {
        Settings settings = ServeCommand.settings(given, Map.of());
        boolean json = given.has("json");
        List<Finding> found = new ArrayList<>();
        Checkup checkup = Wiring.checkup(settings, Clock.systemUTC());
        Thread whenInterrupted = new Thread(checkup::close, "doctor-ends");
        Runtime.getRuntime().addShutdownHook(whenInterrupted);
        // What libraries have to say of what is broken, it says itself.
        try (checkup;
                Logging.Silence ignored = Logging.silence()) {
            checkup.run(finding -> {
                found.add(finding);
                if (!json) {
                    ServeCommand.print(given, inWords(finding));
                }
            });
        }
        forget(whenInterrupted);
        boolean isBroken = found.stream().anyMatch(finding -> finding.state() == State.BROKEN);
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("usable", !isBroken);
            all.put("findings", found.stream().map(DoctorCommand::asJson).toList());
            new Printer(given.out(), true).print(all);
        }
        return isBroken ? Cli.FAILED : 0;
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // then it does its work
        }
    }

    private static String inWords(Finding finding) {
        return String.format("%-8s %s: %s", word(finding.state()), finding.about(), line(finding.says()))
                + (finding.todo().isEmpty() ? "" : " -> " + line(finding.todo()));
    }

    private static String line(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ");
    }

    private static Map<String, Object> asJson(Finding finding) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("about", finding.about());
        all.put("state", word(finding.state()));
        all.put("says", finding.says());
        if (!finding.todo().isEmpty()) {
            all.put("todo", finding.todo());
        }
        return all;
    }

    private static String word(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}

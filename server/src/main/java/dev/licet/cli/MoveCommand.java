package dev.licet.cli;

import static dev.licet.cli.Command.flag;
import static dev.licet.cli.Command.option;
import static dev.licet.cli.Command.required;

import dev.licet.core.store.MoveProgress;
import dev.licet.core.store.MoveReport;
import dev.licet.server.Wiring;
import dev.licet.server.config.Setting;
import dev.licet.server.config.Settings;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Brings all data from one engine to another.
final class MoveCommand {
    private static final String POSTGRES = "postgresql://";

    private MoveCommand() {}

    static Command command() {
        return Command.of(
                "move",
                "Bring all data from a data directory into a PostgreSQL database, or back. Run again, it goes on.",
                MoveCommand::run,
                required(
                        "from", "PLACE", "A data directory, or postgresql://host/database. No server may write there."),
                required("to", "PLACE", "The same; it has to be empty, or what this move has filled before."),
                option(Setting.POSTGRES_USER.key(), "USER", Setting.POSTGRES_USER.meaning()),
                option(Setting.POSTGRES_PASSWORD_FILE.key(), "FILE", Setting.POSTGRES_PASSWORD_FILE.meaning()),
                option("config", "FILE", "A properties file with settings."),
                flag("json", "Print one JSON object and nothing else."));
    }

    private static int run(Given given) {
        Settings from = settings(given, "from");
        Settings to = settings(given, "to");
        boolean json = given.has("json");
        Steps steps = new Steps(given.err());
        MoveProgress progress = json ? (things, done, of) -> {} : steps::at;
        MoveReport report = Wiring.move(from, to, progress);
        if (json) {
            new Printer(given.out(), true).print(asJson(report));
        } else {
            print(report, given.out());
        }
        given.out().flush();
        if (!report.isWhole()) {
            throw new CliFailure(
                    Cli.FAILED,
                    "not all has come there: the source was changed since the move was begun. The target is not"
                            + " finished, and no server opens it; begin again with an empty one");
        }
        return 0;
    }

    /// Those in force, but for where the data is.
    private static Settings settings(Given given, String option) {
        String place = given.required(option);
        if (place.contains("://") && !place.startsWith(POSTGRES)) {
            throw new CliFailure(
                    Cli.WRONG_USE,
                    "--" + option + " takes a directory, or a database as " + POSTGRES + "host/database");
        }
        return ServeCommand.settings(
                given,
                place.startsWith(POSTGRES)
                        ? Map.of(Setting.POSTGRES, place)
                        : Map.of(Setting.POSTGRES, "", Setting.DATA, place));
    }

    private static void print(MoveReport report, PrintWriter out) {
        out.println(line("table", "source", "target", ""));
        for (MoveReport.Table table : report.tables()) {
            out.println(line(
                    table.name(),
                    String.format(Locale.ROOT, "%,d", table.source()),
                    String.format(Locale.ROOT, "%,d", table.target()),
                    table.isWhole() ? "" : "  not the same"));
        }
        if (report.isWhole()) {
            out.println("all of it is moved");
        }
    }

    private static String line(String name, String source, String target, String note) {
        return String.format(Locale.ROOT, "%-26s %15s %15s%s", name, source, target, note);
    }

    private static Map<String, Object> asJson(MoveReport report) {
        Map<String, Object> tables = new LinkedHashMap<>();
        report.tables()
                .forEach(table -> tables.put(table.name(), Map.of("source", table.source(), "target", table.target())));
        return Map.of("whole", report.isWhole(), "tables", tables);
    }
}

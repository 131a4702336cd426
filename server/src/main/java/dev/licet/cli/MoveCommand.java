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
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.cli.Option;

/// Brings all data from one engine to another.
final class MoveCommand {
    private static final String POSTGRES = "postgresql://";
    /// Before the address of a database whose events are in ClickHouse.
    private static final String CLUSTER = "cluster:";
    /// Of both places, where they are such ones.
    private static final List<Setting> ENGINES = List.of(
            Setting.POSTGRES_USER,
            Setting.POSTGRES_PASSWORD_FILE,
            Setting.KAFKA,
            Setting.KAFKA_CONFIG_FILE,
            Setting.KAFKA_TOPIC,
            Setting.KAFKA_PARTITIONS,
            Setting.KAFKA_REPLICAS,
            Setting.KAFKA_MIN_IN_SYNC,
            Setting.KAFKA_RETENTION,
            Setting.CLICKHOUSE,
            Setting.CLICKHOUSE_DATABASE,
            Setting.CLICKHOUSE_USER,
            Setting.CLICKHOUSE_PASSWORD_FILE,
            Setting.CLICKHOUSE_CLUSTER);

    private MoveCommand() {}

    static Command command() {
        List<Option> options = new ArrayList<>(List.of(
                required(
                        "from",
                        "PLACE",
                        "A data directory, postgresql://host/database, or cluster:postgresql://host/database with the"
                                + " settings 'kafka' and 'clickhouse'. No server may write there."),
                required("to", "PLACE", "The same; it has to be empty, or what this move has filled before.")));
        for (Setting setting : ENGINES) {
            options.add(option(setting.key(), "VALUE", setting.meaning()));
        }
        options.add(option("config", "FILE", "A properties file with settings."));
        options.add(flag("json", "Print one JSON object and nothing else."));
        return Command.of(
                "move",
                "Bring all data from one kind of store into another. Run again, it goes on.",
                MoveCommand::run,
                options.toArray(Option[]::new));
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
        boolean isCluster = place.startsWith(CLUSTER);
        String address = isCluster ? place.substring(CLUSTER.length()) : place;
        boolean isDatabase = address.startsWith(POSTGRES);
        if (!isDatabase && (isCluster || address.contains("://"))) {
            throw new CliFailure(
                    Cli.WRONG_USE,
                    "--" + option + " takes a directory, a database as " + POSTGRES + "host/database, or " + CLUSTER
                            + POSTGRES + "host/database");
        }
        Map<Setting, String> where = new EnumMap<>(Setting.class);
        where.put(Setting.POSTGRES, isDatabase ? address : "");
        if (!isDatabase) {
            where.put(Setting.DATA, address);
        }
        if (!isCluster) {
            where.put(Setting.KAFKA, "");
            where.put(Setting.CLICKHOUSE, "");
        }
        Settings settings = ServeCommand.settings(given, where);
        if (isCluster && settings.cluster().isEmpty()) {
            throw new CliFailure(Cli.WRONG_USE, place + " needs the settings 'kafka' and 'clickhouse'");
        }
        return settings;
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

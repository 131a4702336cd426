package dev.licet.cli;

import static dev.licet.cli.Command.flag;
import static dev.licet.cli.Command.required;

import dev.licet.core.store.RepairReport;
import dev.licet.core.store.RepairReport.Damage;
import dev.licet.server.Wiring;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Checks the events of a stopped server, and goes on without what can't be read.
final class RepairCommand {
    private RepairCommand() {}

    static Command command() {
        return Command.of(
                "repair",
                "Check the events of a stopped server; set aside what can't be read, and say what is gone.",
                RepairCommand::run,
                required("data", "DIR", "The data directory to check."),
                flag("dry-run", "Change nothing; the exit code is 1 if anything is wrong."),
                flag("json", "Print one JSON object and nothing else."));
    }

    private static int run(Given given) {
        Path data = Path.of(given.required("data"));
        boolean dryRun = given.has("dry-run");
        boolean json = given.has("json");
        if (!Wiring.isInitialised(data)) {
            throw new CliFailure(Cli.WRONG_USE, data + " has no data of Licet; name the right directory by --data");
        }
        Consumer<String> progress = json ? what -> {} : given.err()::println;
        RepairReport report = Wiring.repair(data, dryRun, progress);
        PrintWriter out = given.out();
        if (json) {
            new Printer(out, true).print(asJson(report));
        } else {
            report.damages().forEach(damage -> out.println(inWords(damage)));
            out.println(summary(report));
        }
        out.flush();
        return dryRun && !report.damages().isEmpty() ? Cli.FAILED : 0;
    }

    private static String summary(RepairReport report) {
        String checked = report.files() + " files with " + report.events() + " events were checked";
        if (report.damages().isEmpty()) {
            return checked + "; nothing is wrong";
        }
        String lost = report.damages().size() + " damaged stretches, " + report.lost() + " events are gone from them";
        return checked + ": " + lost + (report.repaired() ? "; the server can be started" : "; nothing was changed");
    }

    private static String inWords(Damage damage) {
        StringBuilder words =
                new StringBuilder(damage.file() + ", bytes " + damage.fromByte() + " to " + damage.toByte() + ": ");
        if (damage.lost() == 0) {
            words.append("no event is gone");
        } else {
            words.append("events " + damage.firstId() + " to " + damage.lastId() + " are gone (" + damage.lost() + ")");
            damage.after().ifPresent(at -> words.append(", received at or after " + at));
            damage.before().ifPresent(at -> words.append(", at or before " + at));
            if (damage.queryable() > 0) {
                words.append("; questions still find " + damage.queryable() + " of them in events.duckdb");
            }
        }
        damage.setAside().ifPresent(file -> words.append("; the bytes are in journal/" + file));
        return words.toString();
    }

    private static Map<String, Object> asJson(RepairReport report) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("files", report.files());
        all.put("events", report.events());
        all.put("lost", report.lost());
        all.put("repaired", report.repaired());
        all.put("damages", report.damages().stream().map(RepairCommand::asJson).toList());
        return all;
    }

    private static Map<String, Object> asJson(Damage damage) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("file", damage.file());
        all.put("from_byte", damage.fromByte());
        all.put("to_byte", damage.toByte());
        all.put("lost", damage.lost());
        if (damage.lost() > 0) {
            all.put("first_id", damage.firstId());
            all.put("last_id", damage.lastId());
            damage.after().ifPresent(at -> all.put("received_after", at.toString()));
            damage.before().ifPresent(at -> all.put("received_before", at.toString()));
            all.put("still_queryable", damage.queryable());
        }
        damage.setAside().ifPresent(file -> all.put("set_aside", "journal/" + file));
        return all;
    }
}

package dev.licet.cli;

import dev.licet.core.store.RepairReport;
import dev.licet.core.store.RepairReport.Damage;
import dev.licet.server.Wiring;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Checks the events of a stopped server, and goes on without what can't be read.
@Command(
        name = "repair",
        description = "Check the events of a stopped server; set aside what can't be read, and say what is gone.",
        mixinStandardHelpOptions = true)
final class RepairCommand implements Callable<Integer> {
    @Option(names = "--data", required = true, paramLabel = "DIR", description = "The data directory to check.")
    Path data = Path.of("");

    @Option(names = "--dry-run", description = "Change nothing; the exit code is 1 if anything is wrong.")
    boolean dryRun;

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    boolean json;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (!Wiring.isInitialised(data)) {
            throw new CliFailure(Cli.WRONG_USE, data + " has no data of Licet; name the right directory by --data");
        }
        PrintWriter err = spec.commandLine().getErr();
        Consumer<String> progress = json ? what -> {} : err::println;
        RepairReport report = Wiring.repair(data, dryRun, progress);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            new Printer(out, true).print(asJson(report));
        } else {
            report.damages().forEach(damage -> out.println(inWords(damage)));
            out.println(summary(report));
        }
        out.flush();
        return dryRun && !report.damages().isEmpty() ? Cli.FAILED : 0;
    }

    private String summary(RepairReport report) {
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

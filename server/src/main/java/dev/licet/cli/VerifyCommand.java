package dev.licet.cli;

import static dev.licet.cli.Command.flag;
import static dev.licet.cli.Command.option;
import static dev.licet.cli.Command.required;

import dev.licet.core.store.VerifyReport;
import dev.licet.server.Wiring;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Checks that nobody altered the record of changes.
final class VerifyCommand {
    private static final Pattern KNOWN = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-fA-F]{64})");

    private VerifyCommand() {}

    static Command command() {
        return Command.of(
                "verify",
                "Check that the record of changes is what was recorded, while the server runs or not.",
                VerifyCommand::run,
                required("data", "DIR", "The data directory to check."),
                option("known", "ID:HASH", "What an earlier check printed: tells if changes up to it were replaced."),
                flag("json", "Print one JSON object and nothing else."));
    }

    private static int run(Given given) {
        Path data = Path.of(given.required("data"));
        if (!Wiring.isInitialised(data)) {
            throw new CliFailure(Cli.WRONG_USE, data + " has no data of Licet; name the right directory by --data");
        }
        Matcher known = KNOWN.matcher(given.text("known").orElse("1:" + "0".repeat(64)));
        if (!known.matches()) {
            throw new CliFailure(Cli.WRONG_USE, "--known takes the ID:HASH that an earlier check printed");
        }
        boolean isKnown = given.text("known").isPresent();
        VerifyReport report = Wiring.verify(data, isKnown ? Long.parseLong(known.group(1)) : 0, known.group(2));
        if (given.has("json")) {
            new Printer(given.out(), true).print(asJson(report));
        } else {
            given.out().println(inWords(report));
        }
        given.out().flush();
        return report.broken().isPresent() ? Cli.FAILED : 0;
    }

    private static String inWords(VerifyReport report) {
        return report.broken()
                .map(broken -> "change " + broken.id() + " " + broken.why() + "; " + report.changes()
                        + " changes before it are as they were recorded")
                .orElseGet(() -> report.changes() + " changes"
                        + (report.changes() == 0 ? "" : ", from " + (report.lastId() - report.changes() + 1) + " on,")
                        + " are as they were recorded; keep this to check it by later: "
                        + report.lastId() + ":" + report.lastHash());
    }

    private static Map<String, Object> asJson(VerifyReport report) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("changes", report.changes());
        if (report.changes() > 0) {
            all.put("first_id", report.lastId() - report.changes() + 1);
        }
        all.put("last_id", report.lastId());
        all.put("last_hash", report.lastHash());
        report.broken().ifPresent(broken -> {
            all.put("broken_id", broken.id());
            all.put("broken_why", broken.why());
        });
        return all;
    }
}

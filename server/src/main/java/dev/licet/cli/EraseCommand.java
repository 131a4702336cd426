package dev.licet.cli;

import static dev.licet.cli.Command.option;
import static dev.licet.cli.Command.required;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Erases the events of a machine, key or user, and waits until that is done.
final class EraseCommand {
    private static final String PATH = "/v1/erasures";
    private static final Duration USUAL_WAIT = Duration.ofHours(1);

    private EraseCommand() {}

    static Command command() {
        return Target.command(
                "erase",
                "Erase all events so far that name a machine, key or user; prints a certificate of it.",
                EraseCommand::run,
                option("machine", "MACHINE", "Those of this machine."),
                option("key", "KEY", "Those of this license key."),
                option("user", "USER", "Those of this end user, as the events name them."),
                required("reason", "TEXT", "Why; kept with the record of it, so without the name."),
                option("wait", "DURATION", "How long to wait until it is done; an hour if not said."));
    }

    private static int run(Target target, Given given) {
        List<String> named =
                Stream.of("machine", "key", "user").filter(given::has).toList();
        if (named.size() != 1) {
            throw new CliFailure(Cli.WRONG_USE, "say one of --machine, --key and --user");
        }
        Duration patience =
                given.text("wait").map(text -> Given.duration("wait", text)).orElse(USUAL_WAIT);
        Map<String, Object> members = Target.members();
        members.put(named.getFirst(), given.required(named.getFirst()));
        members.put("reason", given.required("reason"));
        return target.sendAndAwait(PATH, members, thing -> !"pending".equals(thing.get("state")), patience);
    }
}

package dev.licet.cli;

import static dev.licet.cli.Command.flag;
import static dev.licet.cli.Command.option;

import dev.licet.core.identity.CallLimits;
import dev.licet.server.config.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.jspecify.annotations.Nullable;

/// `licet app …`
final class AppCommands {
    private static final String PATH = "/v1/applications";
    private static final String PREFIX = "app_";

    private AppCommands() {}

    static List<Command> all() {
        return List.of(
                Target.command(
                        "app add",
                        "Add an application; prints its apiKey, once.",
                        AppCommands::add,
                        rights(
                                Target.name(),
                                option(
                                        "owner",
                                        "USERNAME",
                                        "Who acts when a call names no user; the first user if not said."))),
                Target.command("app list", "List the applications.", (target, given) -> target.list(PATH)),
                Target.command(
                        "app set",
                        "APP",
                        "Change what an application may do.",
                        (target, given) -> target.sendTo(
                                "PATCH", PATH, PREFIX, given.operand(), "", addRights(given, Target.members())),
                        rights()),
                Target.command(
                        "app revoke",
                        "APP",
                        "Revoke an application and its apiKey.",
                        (target, given) ->
                                target.sendTo("DELETE", PATH, PREFIX, given.operand(), "", Target.members())));
    }

    private static int add(Target target, Given given) {
        Map<String, Object> members = Target.named(given);
        given.text("owner").ifPresent(owner -> members.put("owner", owner));
        return target.send("POST", PATH, addRights(given, members));
    }

    /// What an application may do.
    private static Option[] rights(Option... others) {
        Stream<Option> rights = Stream.of(
                option("permission", "read|write", "What it may do; read if not said."),
                flag("partner", "It belongs to a partner."),
                flag("no-partner", "It does not belong to a partner."),
                option("quota", "N/DURATION", "At most so many calls, such as 1000/1h; none for no limit."),
                option("gap", "DURATION", "At least so long between calls, such as 500ms; none for no limit."));
        return Stream.concat(Stream.of(others), rights).toArray(Option[]::new);
    }

    private static Map<String, Object> addRights(Given given, Map<String, Object> members) {
        given.text("permission").ifPresent(permission -> members.put("permission", permission));
        if (given.has("partner") && given.has("no-partner")) {
            throw new CliFailure(Cli.WRONG_USE, "say --partner or --no-partner, not both");
        }
        if (given.has("partner") || given.has("no-partner")) {
            members.put("partner", given.has("partner"));
        }
        given.text("quota").ifPresent(text -> members.put("quota", quota(text)));
        given.text("gap").ifPresent(text -> members.put("gap", gap(text)));
        return members;
    }

    private static @Nullable Object quota(String text) {
        if (text.equals("none")) {
            return null;
        }
        CallLimits.Quota quota = Values.quota(text)
                .orElseThrow(() -> new CliFailure(
                        Cli.WRONG_USE, "--quota '" + text + "' has to be like 1000/1h: calls in a duration"));
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("calls", quota.calls());
        members.put("window", quota.window().toString());
        return members;
    }

    private static @Nullable Object gap(String text) {
        return text.equals("none") ? null : Given.duration("gap", text).toString();
    }
}

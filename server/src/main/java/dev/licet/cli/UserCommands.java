package dev.licet.cli;

import static dev.licet.cli.Command.option;

import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Option;

/// `licet user …`
final class UserCommands {
    private static final String PATH = "/v1/users";
    private static final String PREFIX = "usr_";

    private UserCommands() {}

    static List<Command> all() {
        return List.of(
                Target.command(
                        "user add",
                        "Add a user; prints the password, once.",
                        (target, given) -> target.send("POST", PATH, members(given)),
                        names()),
                Target.command("user list", "List the users.", (target, given) -> target.list(PATH)),
                Target.command(
                        "user set",
                        "USER",
                        "Rename a user.",
                        (target, given) -> target.sendTo("PATCH", PATH, PREFIX, given.operand(), "", members(given)),
                        names()),
                Target.command(
                        "user reset",
                        "USER",
                        "Give a user a new password; prints it, once.",
                        (target, given) ->
                                target.sendTo("POST", PATH, PREFIX, given.operand(), "/reset", Target.members())),
                Target.command(
                        "user revoke",
                        "USER",
                        "Revoke a user; its sessions and tokens end.",
                        (target, given) ->
                                target.sendTo("DELETE", PATH, PREFIX, given.operand(), "", Target.members())));
    }

    private static Option[] names() {
        return new Option[] {
            option("username", "NAME", "What the user signs in as; has to be given."),
            option("name", "NAME", "The same as --username.")
        };
    }

    private static Map<String, Object> members(Given given) {
        Map<String, Object> members = Target.members();
        members.put(
                "username",
                given.text("username")
                        .or(() -> given.text("name"))
                        .orElseThrow(() -> new CliFailure(Cli.WRONG_USE, "--username is missing")));
        return members;
    }
}

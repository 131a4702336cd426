package dev.licet.cli;

import static dev.licet.cli.Command.option;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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
                        (target, given) -> target.send("POST", PATH, members(given, true)),
                        options("has to be given.")),
                Target.command("user list", "List the users.", (target, given) -> target.list(PATH)),
                Target.command(
                        "user set",
                        "USER",
                        "Rename a user, or set what the user may do in the console.",
                        (target, given) ->
                                target.sendTo("PATCH", PATH, PREFIX, given.operand(), "", members(given, false)),
                        options("stays if not said.")),
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

    private static Option[] options(String otherwise) {
        return Stream.concat(
                        Stream.of(
                                option("username", "NAME", "What the user signs in as; " + otherwise),
                                option("name", "NAME", "The same as --username.")),
                        Permissions.options("who has none can't sign in to the console."))
                .toArray(Option[]::new);
    }

    private static Map<String, Object> members(Given given, boolean isNew) {
        Map<String, Object> members = Target.members();
        Permissions.addTo(members, given);
        Optional<String> name = given.text("username").or(() -> given.text("name"));
        if (name.isEmpty() && (isNew || members.isEmpty())) {
            throw new CliFailure(Cli.WRONG_USE, "--username is missing");
        }
        name.ifPresent(username -> members.put("username", username));
        return members;
    }
}

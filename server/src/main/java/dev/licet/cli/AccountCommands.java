package dev.licet.cli;

import static dev.licet.cli.Command.required;

import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Option;

/// `licet account …`
final class AccountCommands {
    private static final String PATH = "/v1/accounts";

    private AccountCommands() {}

    static List<Command> all() {
        return List.of(
                Target.command(
                        "account add",
                        "Add an account.",
                        (target, given) -> target.send("POST", PATH, members(given)),
                        name()),
                Target.command("account list", "List the accounts.", (target, given) -> target.list(PATH)),
                Target.command(
                        "account set",
                        "ACCOUNT",
                        "Rename an account.",
                        (target, given) -> target.sendTo("PATCH", PATH, "", given.operand(), "", members(given)),
                        name()),
                Target.command(
                        "account revoke",
                        "ACCOUNT",
                        "Revoke an account with its users, applications and tokens.",
                        (target, given) -> target.sendTo("DELETE", PATH, "", given.operand(), "", Target.members())));
    }

    private static Option name() {
        return required("name", "NAME", "What it is called.");
    }

    private static Map<String, Object> members(Given given) {
        Map<String, Object> members = Target.members();
        members.put("name", given.required("name"));
        return members;
    }
}

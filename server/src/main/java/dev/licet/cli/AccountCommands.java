package dev.licet.cli;

import static dev.licet.cli.Command.option;

import java.util.List;
import java.util.Map;

/// `licet account …`
final class AccountCommands {
    private static final String PATH = "/v1/accounts";

    private AccountCommands() {}

    static List<Command> all() {
        return List.of(
                Target.command(
                        "account add",
                        "Add an account.",
                        (target, given) -> target.send("POST", PATH, Target.named(given)),
                        Target.name()),
                Target.command("account list", "List the accounts.", (target, given) -> target.list(PATH)),
                Target.command(
                        "account set",
                        "ACCOUNT",
                        "Rename an account, or set its time zone.",
                        (target, given) -> target.sendTo("PATCH", PATH, "", given.operand(), "", changed(given)),
                        option("name", "NAME", "What it is called."),
                        option("zone", "ZONE", "Whose calendar its days, months and years are of, as Europe/Prague.")),
                Target.command(
                        "account revoke",
                        "ACCOUNT",
                        "Revoke an account with its users, applications and tokens.",
                        (target, given) -> target.sendTo("DELETE", PATH, "", given.operand(), "", Target.members())));
    }

    private static Map<String, Object> changed(Given given) {
        Map<String, Object> members = Target.members();
        given.text("name").ifPresent(name -> members.put("name", name));
        given.text("zone").ifPresent(zone -> members.put("zone", zone));
        return members;
    }
}

package dev.licet.cli;

import java.util.List;

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
                        "Rename an account.",
                        (target, given) -> target.sendTo("PATCH", PATH, "", given.operand(), "", Target.named(given)),
                        Target.name()),
                Target.command(
                        "account revoke",
                        "ACCOUNT",
                        "Revoke an account with its users, applications and tokens.",
                        (target, given) -> target.sendTo("DELETE", PATH, "", given.operand(), "", Target.members())));
    }
}

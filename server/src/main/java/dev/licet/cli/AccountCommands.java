package dev.licet.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `licet account …`
@Command(name = "account", description = "The accounts of this server.", mixinStandardHelpOptions = true)
final class AccountCommands {
    private static final String PATH = "/v1/accounts";

    @Command(description = "Add an account.", mixinStandardHelpOptions = true)
    int add(@Mixin Target target, @Option(names = "--name", required = true, paramLabel = "NAME") String name) {
        Map<String, Object> members = Target.members();
        members.put("name", name);
        return target.send("POST", PATH, members);
    }

    @Command(description = "List the accounts.", mixinStandardHelpOptions = true)
    int list(@Mixin Target target) {
        return target.list(PATH);
    }

    @Command(description = "Rename an account.", mixinStandardHelpOptions = true)
    int set(
            @Mixin Target target,
            @Parameters(paramLabel = "ACCOUNT") String account,
            @Option(names = "--name", required = true, paramLabel = "NAME") String name) {
        Map<String, Object> members = Target.members();
        members.put("name", name);
        return target.sendTo("PATCH", PATH, "", account, "", members);
    }

    @Command(
            description = "Revoke an account with its users, applications and tokens.",
            mixinStandardHelpOptions = true)
    int revoke(@Mixin Target target, @Parameters(paramLabel = "ACCOUNT") String account) {
        return target.sendTo("DELETE", PATH, "", account, "", Target.members());
    }
}

package dev.licet.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `licet user …`
@Command(name = "user", description = "The users of an account.", mixinStandardHelpOptions = true)
final class UserCommands {
    private static final String PATH = "/v1/users";
    private static final String PREFIX = "usr_";

    @Command(description = "Add a user; prints the password, once.", mixinStandardHelpOptions = true)
    int add(
            @Mixin Target target,
            @Option(
                            names = {"--username", "--name"},
                            required = true,
                            paramLabel = "NAME")
                    String username) {
        Map<String, Object> members = Target.members();
        members.put("username", username);
        return target.send("POST", PATH, members);
    }

    @Command(description = "List the users.", mixinStandardHelpOptions = true)
    int list(@Mixin Target target) {
        return target.list(PATH);
    }

    @Command(description = "Rename a user.", mixinStandardHelpOptions = true)
    int set(
            @Mixin Target target,
            @Parameters(paramLabel = "USER") String user,
            @Option(
                            names = {"--username", "--name"},
                            required = true,
                            paramLabel = "NAME")
                    String username) {
        Map<String, Object> members = Target.members();
        members.put("username", username);
        return target.sendTo("PATCH", PATH, PREFIX, user, "", members);
    }

    @Command(description = "Give a user a new password; prints it, once.", mixinStandardHelpOptions = true)
    int reset(@Mixin Target target, @Parameters(paramLabel = "USER") String user) {
        return target.sendTo("POST", PATH, PREFIX, user, "/reset", Target.members());
    }

    @Command(description = "Revoke a user; its sessions and tokens end.", mixinStandardHelpOptions = true)
    int revoke(@Mixin Target target, @Parameters(paramLabel = "USER") String user) {
        return target.sendTo("DELETE", PATH, PREFIX, user, "", Target.members());
    }
}

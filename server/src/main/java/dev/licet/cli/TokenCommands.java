package dev.licet.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `licet token …`
@Command(name = "token", description = "The access tokens of an account.", mixinStandardHelpOptions = true)
final class TokenCommands {
    private static final String PATH = "/v1/tokens";
    private static final String PREFIX = "tok_";

    /// What a token may do.
    static final class Rights {
        @Option(
                names = {"--permission", "--permissions", "--scope"},
                split = ",",
                paramLabel = "NAME",
                description = "RegisterEvent, GetEvents, CreateLicense, Manage, Operate; the first two if not said.")
        @Nullable
        List<String> permissions;

        @Option(names = "--product", paramLabel = "ID", description = "The one product it is for; 0 for any.")
        @Nullable
        Long product;

        @Option(
                names = "--key-lock",
                paramLabel = "N",
                description = "0 for any key, a key's id for that key alone, -1 if a product and key must be named.")
        @Nullable
        Long keyLock;

        void addTo(Map<String, Object> members) {
            if (permissions != null) {
                members.put("permissions", permissions);
            }
            if (product != null) {
                members.put("productId", product == 0 ? null : product);
            }
            if (keyLock != null) {
                members.put("keyLock", keyLock);
            }
        }
    }

    @Command(description = "Add a token; prints it, once.", mixinStandardHelpOptions = true)
    int add(
            @Mixin Target target,
            @Option(names = "--name", defaultValue = "token", paramLabel = "NAME") String name,
            @Mixin Rights rights) {
        Map<String, Object> members = Target.members();
        members.put("name", name);
        rights.addTo(members);
        return target.send("POST", PATH, members);
    }

    @Command(description = "List the tokens.", mixinStandardHelpOptions = true)
    int list(@Mixin Target target) {
        return target.list(PATH);
    }

    @Command(description = "Change what a token may do.", mixinStandardHelpOptions = true)
    int set(@Mixin Target target, @Parameters(paramLabel = "TOKEN-ID") String id, @Mixin Rights rights) {
        Map<String, Object> members = Target.members();
        rights.addTo(members);
        return target.sendTo("PATCH", PATH, PREFIX, id, "", members);
    }

    @Command(description = "Revoke a token.", mixinStandardHelpOptions = true)
    int revoke(@Mixin Target target, @Parameters(paramLabel = "TOKEN-ID") String id) {
        return target.sendTo("DELETE", PATH, PREFIX, id, "", Target.members());
    }
}

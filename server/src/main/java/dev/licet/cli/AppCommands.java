package dev.licet.cli;

import dev.licet.core.identity.CallLimits;
import dev.licet.server.config.Values;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `licet app …`
@Command(
        name = "app",
        description = "The applications of an account, and their apiKeys.",
        mixinStandardHelpOptions = true)
final class AppCommands {
    private static final String PATH = "/v1/applications";
    private static final String PREFIX = "app_";

    /// What an application may do.
    static final class Rights {
        @Option(names = "--permission", paramLabel = "read|write", description = "What it may do; read if not said.")
        @Nullable
        String permission;

        @Option(names = "--partner", negatable = true, description = "Whether it belongs to a partner.")
        @Nullable
        Boolean partner;

        @Option(
                names = "--quota",
                paramLabel = "N/DURATION",
                description = "At most so many calls, such as 1000/1h; none for no limit.")
        @Nullable
        String quota;

        @Option(
                names = "--gap",
                paramLabel = "DURATION",
                description = "At least so long between calls, such as 500ms; none for no limit.")
        @Nullable
        String gap;

        void addTo(Map<String, Object> members) {
            if (permission != null) {
                members.put("permission", permission);
            }
            if (partner != null) {
                members.put("partner", partner);
            }
            if (quota != null) {
                members.put("quota", quota(quota));
            }
            if (gap != null) {
                members.put("gap", gap(gap));
            }
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
            return text.equals("none")
                    ? null
                    : Values.duration(text)
                            .orElseThrow(() -> new CliFailure(
                                    Cli.WRONG_USE, "--gap '" + text + "' has to be " + Values.DURATION_RULE))
                            .toString();
        }
    }

    @Command(description = "Add an application; prints its apiKey, once.", mixinStandardHelpOptions = true)
    int add(
            @Mixin Target target,
            @Option(names = "--name", required = true, paramLabel = "NAME") String name,
            @Option(
                            names = "--owner",
                            paramLabel = "USERNAME",
                            description = "Who acts when a call names no user; the first user if not said.")
                    @Nullable
                    String owner,
            @Mixin Rights rights) {
        Map<String, Object> members = Target.members();
        members.put("name", name);
        if (owner != null) {
            members.put("owner", owner);
        }
        rights.addTo(members);
        return target.send("POST", PATH, members);
    }

    @Command(description = "List the applications.", mixinStandardHelpOptions = true)
    int list(@Mixin Target target) {
        return target.list(PATH);
    }

    @Command(description = "Change what an application may do.", mixinStandardHelpOptions = true)
    int set(@Mixin Target target, @Parameters(paramLabel = "APP") String app, @Mixin Rights rights) {
        Map<String, Object> members = Target.members();
        rights.addTo(members);
        return target.sendTo("PATCH", PATH, PREFIX, app, "", members);
    }

    @Command(description = "Revoke an application and its apiKey.", mixinStandardHelpOptions = true)
    int revoke(@Mixin Target target, @Parameters(paramLabel = "APP") String app) {
        return target.sendTo("DELETE", PATH, PREFIX, app, "", Target.members());
    }
}

package dev.licet.cli;

import dev.licet.core.identity.Permission;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;

/// The option that says what somebody may do; it may come more than once, and be a list with commas. `all` is all but
/// what is the operator's.
final class Permissions {
    /// The same under three names.
    private static final List<String> NAMES = List.of("permission", "permissions", "scope");

    private Permissions() {}

    static Stream<Option> options(String otherwise) {
        return NAMES.stream()
                .map(name -> Option.builder()
                        .longOpt(name)
                        .hasArg()
                        .valueSeparator(',') // says that it may come more than once; the value stays whole
                        .argName("NAME")
                        .desc("RegisterEvent, GetEvents, CreateLicense, Manage, Operate and others, or all for all but"
                                + " Operate; " + otherwise)
                        .get());
    }

    static void addTo(Map<String, Object> members, Given given) {
        List<String> permissions = NAMES.stream()
                .filter(given::has)
                .flatMap(name -> Arrays.stream(given.line().getOptionValues(name)))
                .flatMap(names -> Arrays.stream(names.split(",")))
                .flatMap(name -> name.equalsIgnoreCase("all") ? all() : Stream.of(name))
                .distinct()
                .toList();
        if (!permissions.isEmpty()) {
            members.put("permissions", permissions);
        }
    }

    private static Stream<String> all() {
        return Arrays.stream(Permission.values())
                .filter(permission -> permission != Permission.OPERATE)
                .map(Permission::label);
    }
}

package dev.licet.cli;

import static dev.licet.cli.Command.option;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;

/// `licet token …`
final class TokenCommands {
    private static final String PATH = "/v1/tokens";
    private static final String PREFIX = "tok_";

    private TokenCommands() {}

    static List<Command> all() {
        return List.of(
                Target.command(
                        "token add",
                        "Add a token; prints it, once.",
                        TokenCommands::add,
                        rights(option("name", "NAME", "What it is called; token if not said."))),
                Target.command("token list", "List the tokens.", (target, given) -> target.list(PATH)),
                Target.command(
                        "token set",
                        "TOKEN-ID",
                        "Change what a token may do.",
                        (target, given) -> target.sendTo(
                                "PATCH", PATH, PREFIX, given.operand(), "", addRights(given, Target.members())),
                        rights()),
                Target.command(
                        "token revoke",
                        "TOKEN-ID",
                        "Revoke a token.",
                        (target, given) ->
                                target.sendTo("DELETE", PATH, PREFIX, given.operand(), "", Target.members())));
    }

    private static int add(Target target, Given given) {
        Map<String, Object> members = Target.members();
        members.put("name", given.text("name").orElse("token"));
        return target.send("POST", PATH, addRights(given, members));
    }

    /// What a token may do.
    private static Option[] rights(Option... others) {
        Stream<Option> permissions = Permissions.options("the first two if not said.");
        Stream<Option> limits = Stream.of(
                option("product", "ID", "The one product it is for; 0 for any."),
                option(
                        "key-lock",
                        "N",
                        "0 for any key, a key's id for that key alone, -1 if a product and key must be named."));
        return Stream.of(Arrays.stream(others), permissions, limits)
                .flatMap(each -> each)
                .toArray(Option[]::new);
    }

    private static Map<String, Object> addRights(Given given, Map<String, Object> members) {
        Permissions.addTo(members, given);
        given.number("product").ifPresent(product -> members.put("productId", product == 0 ? null : product));
        given.number("key-lock").ifPresent(lock -> members.put("keyLock", lock));
        return members;
    }
}

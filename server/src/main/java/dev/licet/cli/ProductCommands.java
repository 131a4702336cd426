package dev.licet.cli;

import static dev.licet.cli.Command.required;

import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Option;

/// `licet product …`
final class ProductCommands {
    private static final String PATH = "/v1/products";
    private static final String PREFIX = "prd_";

    private ProductCommands() {}

    static List<Command> all() {
        return List.of(
                Target.command(
                        "product add",
                        "Add a product.",
                        (target, given) -> target.send("POST", PATH, members(given)),
                        name()),
                Target.command("product list", "List the products.", (target, given) -> target.list(PATH)),
                Target.command(
                        "product set",
                        "PRODUCT",
                        "Rename a product.",
                        (target, given) -> target.sendTo("PATCH", PATH, PREFIX, given.operand(), "", members(given)),
                        name()),
                Target.command(
                        "product revoke",
                        "PRODUCT",
                        "Revoke a product: it takes no more events and keys.",
                        (target, given) ->
                                target.sendTo("DELETE", PATH, PREFIX, given.operand(), "", Target.members())),
                Target.command(
                        "product key",
                        "PRODUCT",
                        "Issue a license key of a product.",
                        (target, given) ->
                                target.sendTo("POST", PATH, PREFIX, given.operand(), "/keys", Target.members())));
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

package dev.licet.cli;

import java.util.List;

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
                        (target, given) -> target.send("POST", PATH, Target.named(given)),
                        Target.name()),
                Target.command("product list", "List the products.", (target, given) -> target.list(PATH)),
                Target.command(
                        "product set",
                        "PRODUCT",
                        "Rename a product.",
                        (target, given) ->
                                target.sendTo("PATCH", PATH, PREFIX, given.operand(), "", Target.named(given)),
                        Target.name()),
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
}

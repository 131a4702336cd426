package dev.licet.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
                        "Rename a product, or say how long its events are kept.",
                        (target, given) -> target.sendTo("PATCH", PATH, PREFIX, given.operand(), "", changes(given)),
                        Command.option("name", "NAME", "What it is called."),
                        Command.option(
                                "retention",
                                "DURATION",
                                "How long its events are kept: whole days, such as 90d, 30d at least; none for as"
                                        + " long as the server keeps events.")),
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

    private static Map<String, Object> changes(Given given) {
        Map<String, Object> members = Target.members();
        given.text("name").ifPresent(name -> members.put("name", name));
        given.text("retention").ifPresent(text -> members.put("retention", retention(text)));
        if (members.isEmpty()) {
            throw new CliFailure(Cli.WRONG_USE, "say what to change: --name NAME, --retention DURATION");
        }
        return members;
    }

    private static @Nullable Object retention(String text) {
        return text.equals("none") ? null : Given.duration("retention", text).toString();
    }
}

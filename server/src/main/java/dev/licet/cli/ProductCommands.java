package dev.licet.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `licet product …`
@Command(
        name = "product",
        description = "The products of an account, and their license keys.",
        mixinStandardHelpOptions = true)
final class ProductCommands {
    private static final String PATH = "/v1/products";
    private static final String PREFIX = "prd_";

    @Command(description = "Add a product.", mixinStandardHelpOptions = true)
    int add(@Mixin Target target, @Option(names = "--name", required = true, paramLabel = "NAME") String name) {
        Map<String, Object> members = Target.members();
        members.put("name", name);
        return target.send("POST", PATH, members);
    }

    @Command(description = "List the products.", mixinStandardHelpOptions = true)
    int list(@Mixin Target target) {
        return target.list(PATH);
    }

    @Command(description = "Rename a product.", mixinStandardHelpOptions = true)
    int set(
            @Mixin Target target,
            @Parameters(paramLabel = "PRODUCT") String product,
            @Option(names = "--name", required = true, paramLabel = "NAME") String name) {
        Map<String, Object> members = Target.members();
        members.put("name", name);
        return target.sendTo("PATCH", PATH, PREFIX, product, "", members);
    }

    @Command(description = "Revoke a product: it takes no more events and keys.", mixinStandardHelpOptions = true)
    int revoke(@Mixin Target target, @Parameters(paramLabel = "PRODUCT") String product) {
        return target.sendTo("DELETE", PATH, PREFIX, product, "", Target.members());
    }

    @Command(description = "Issue a license key of a product.", mixinStandardHelpOptions = true)
    int key(@Mixin Target target, @Parameters(paramLabel = "PRODUCT") String product) {
        return target.sendTo("POST", PATH, PREFIX, product, "/keys", Target.members());
    }
}

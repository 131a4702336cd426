package dev.licet.proof;

import dev.licet.core.AtOnce;
import dev.licet.proof.Traffic.Vendor;
import dev.licet.server.TestServer;
import dev.licet.server.TestServer.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/// Many callers at once, of a server that has a dozen connections to its engines.
final class Callers {
    private static final int COUNT = 250;

    private Callers() {}

    /// Each asks once. @param key of license @return the statuses of the answers
    static List<Integer> ask(TestServer node, String key) {
        return AtOnce.run(COUNT, i -> ask(node, key, i));
    }

    /// By turns an event, a list of them, a seat, and keys.
    private static int ask(TestServer node, String key, int number) {
        Vendor vendor = Vendor.of(node);
        try {
            Reply reply = switch (number % 4) {
                case 0 -> vendor.ask(node.port(), "POST", "/v1/events", "{\"name\":\"event " + number + "\"}");
                case 1 -> vendor.ask(node.port(), "GET", "/v1/events?limit=10", "");
                case 2 ->
                    vendor.ask(node.port(), "POST", "/v1/seats", vendor.checkOut(key, "PT1H", "machine " + number));
                default -> vendor.ask(node.port(), "GET", "/v1/keys?product=prd_" + vendor.product(), "");
            };
            return reply.status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

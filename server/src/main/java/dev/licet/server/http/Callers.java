package dev.licet.server.http;

import dev.licet.dialect.Headers;
import dev.licet.server.config.Networks;
import java.util.Arrays;
import java.util.List;

/// Tells where a request came from and whether it was safe on the way: by the connection itself, or by the
/// headers of a trusted proxy. Such headers from anywhere else are ignored.
record Callers(Networks trustedProxies) {

    /// Stands for an address that is not known: no one's, and not this machine's.
    static final String UNKNOWN = "0.0.0.0";

    record Origin(String address, boolean secure) {}

    Origin origin(String peer, boolean tls, Headers headers) {
        if (!trustedProxies.contain(peer)) {
            return new Origin(peer, tls);
        }
        // The proxy nearest to us wrote last.
        List<String> forwarded = headers.all("x-forwarded-for").stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(String::strip)
                .toList();
        String address = peer;
        for (String hop : forwarded.reversed()) {
            address = Networks.isAddress(hop) ? hop : UNKNOWN;
            if (!trustedProxies.contain(hop)) {
                break;
            }
        }
        List<String> protocols = headers.all("x-forwarded-proto").stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(String::strip)
                .toList();
        boolean secure = protocols.isEmpty() ? tls : protocols.getLast().equalsIgnoreCase("https");
        return new Origin(address, secure);
    }
}

package dev.licet.server.http;

import dev.licet.dialect.Fault;
import dev.licet.dialect.Headers;
import dev.licet.dialect.Request;
import dev.licet.server.config.Settings.HttpSettings;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The head of a request: from the wire's form to ours.
final class Head {
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    private static final byte[] NOTHING = {};

    private Head() {}

    /// A request that has no body yet.
    static Request of(HttpServerRequest wire, Headers headers, Callers.Origin origin, String id) {
        String target = originForm(wire.uri());
        int question = target.indexOf('?');
        return new Request(
                id,
                wire.method().name(),
                question < 0 ? target : target.substring(0, question),
                question < 0 ? Optional.empty() : Optional.of(target.substring(question + 1)),
                headers,
                NOTHING,
                origin.secure(),
                origin.address());
    }

    /// What is wrong with it. @param most the longest body
    static Optional<Fault> fault(HttpServerRequest wire, Request head, HttpSettings settings, long most) {
        if (wire.uri().length() + wire.method().name().length() + 10 > settings.maxRequestLine()) {
            return Optional.of(Fault.TOO_LARGE);
        }
        long headerBytes = 0;
        for (Headers.Header header : head.headers().list()) {
            if (header.name().isEmpty()) {
                return Optional.of(Fault.MALFORMED);
            }
            headerBytes += header.name().length() + header.value().length() + 4;
        }
        if (headerBytes > settings.maxHeaders()) {
            return Optional.of(Fault.TOO_LARGE);
        }
        if (wire.version() == HttpVersion.HTTP_1_1 && head.headers().count("host") != 1) {
            return Optional.of(Fault.MALFORMED);
        }
        long announced = head.headers()
                .first("content-length")
                .filter(length -> LENGTH.matcher(length).matches())
                .map(Long::parseLong)
                .orElse(0L);
        if (announced > most) {
            return Optional.of(Fault.TOO_LARGE);
        }
        return Optional.empty();
    }

    private static String originForm(String target) {
        int scheme = target.indexOf("://");
        if (target.startsWith("/") || scheme < 0) {
            return target;
        }
        for (int i = scheme + 3; i < target.length(); i++) {
            if (target.charAt(i) == '/') {
                return target.substring(i);
            }
            if (target.charAt(i) == '?') {
                return "/" + target.substring(i);
            }
        }
        return "/";
    }

    static Headers headers(HttpServerRequest wire) {
        List<Headers.Header> list = new ArrayList<>();
        boolean hasHost = false;
        for (Map.Entry<String, String> header : wire.headers()) {
            list.add(new Headers.Header(header.getKey(), header.getValue()));
            hasHost |= header.getKey().equalsIgnoreCase("host");
        }
        if (!hasHost && wire.version() == HttpVersion.HTTP_2 && wire.authority() != null) {
            list.add(new Headers.Header("host", wire.authority().toString()));
        }
        return new Headers(list);
    }
}

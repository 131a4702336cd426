package dev.licet.proof;

import dev.licet.proof.Ledger.Entry;
import dev.licet.server.TestServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A request as it goes over the wire. It follows from its entry in the ledger, so it can be sent again as it was.
///
/// @param success stands in its answer if it was done @param id where the answer tells an id; null when it does not
record Asking(String path, Map<String, String> headers, String body, String success, Pattern id) {
    private static final Pattern EVENT_ID = Pattern.compile("eventId=\"([0-9]+)\"");
    private static final Pattern LICENSE_ID = Pattern.compile("licenseId=\"([0-9]+)\"");
    private static final Pattern PRODUCT_ID = Pattern.compile("\"productId\":([0-9]+)");
    private static final String CRYPTOLENS_SUCCESS = "\"result\":0";
    private static final String VEOH_SUCCESS = "stat=\"ok\"";

    static Asking of(Target target, Entry entry) {
        Asking asking = switch (entry.kind()) {
            case EVENT -> event(target, Content.of(entry.kind(), entry.event(0)));
            case BATCH -> batch(target, entry);
            case LOG_EVENT -> logEvent(target, Content.of(entry.kind(), entry.event(0)));
            case LICENSE ->
                form(
                        "/rest/v1/",
                        "method=veoh.license.create&apiKey=" + target.form("api_key") + "&name=" + encoded(entry.name())
                                + "&licenseType=videoOwn&price=1.99",
                        VEOH_SUCCESS,
                        LICENSE_ID);
            case PRODUCT -> json(target, "/v1/products", "{\"name\":\"" + entry.name() + "\"}", "", PRODUCT_ID);
            case LOGIN, PING, LOGOUT ->
                throw new IllegalArgumentException(entry.kind() + " needs what the ledger does not hold");
        };
        return entry.isKeyed() ? asking.with("Idempotency-Key", entry.name()) : asking;
    }

    private static Asking event(Target target, Content content) {
        return form(
                "/api/ai/RegisterEvent",
                "token=" + target.form("access_token") + "&EventName=" + encoded(content.name()) + "&FeatureName="
                        + encoded(content.feature()) + "&Value=" + content.value() + "&Currency=" + content.currency()
                        + "&Metadata=" + encoded(content.metadata()),
                CRYPTOLENS_SUCCESS,
                null);
    }

    private static Asking batch(Target target, Entry entry) {
        String list = IntStream.range(0, entry.events())
                .mapToObj(i -> Content.of(entry.kind(), entry.event(i)))
                .map(content -> "{\"EventName\":\"" + content.name() + "\",\"FeatureName\":\"" + content.feature()
                        + "\",\"Value\":" + content.value() + ",\"Currency\":\"" + content.currency()
                        + "\",\"Metadata\":\"" + content.metadata().replace("\"", "\\\"") + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        return json(
                target,
                "/api/ai/RegisterEvents",
                "{\"token\":\"" + target.text("access_token") + "\",\"Events\":" + list + "}",
                CRYPTOLENS_SUCCESS,
                null);
    }

    private static Asking logEvent(Target target, Content content) {
        return form(
                "/rest/v1/",
                "method=veoh.people.logEvent&apiKey=" + target.form("api_key") + "&eventName="
                        + encoded(content.name()) + "&keys=of,padding&values=" + encoded(content.name()) + ","
                        + encoded(content.padding()),
                VEOH_SUCCESS,
                EVENT_ID);
    }

    static Asking login(Target target) {
        return session(
                "login",
                "username=" + target.form("username") + "&password=" + target.form("password") + "&account_number="
                        + target.form("account_number"));
    }

    static Asking ping(String sessionKey) {
        return session("ping", "session_key=" + sessionKey);
    }

    static Asking logout(String sessionKey) {
        return session("logout", "session_key=" + sessionKey);
    }

    private static Asking session(String method, String form) {
        return form("/session/" + method, form, "<status>SUCCESS</status>", null);
    }

    private static Asking form(String path, String form, String success, Pattern id) {
        return new Asking(path, Map.of("Content-Type", "application/x-www-form-urlencoded"), form, success, id);
    }

    private static Asking json(Target target, String path, String json, String success, Pattern id) {
        return new Asking(
                path,
                Map.of("Content-Type", "application/json", "Authorization", "Bearer " + target.text("access_token")),
                json,
                success,
                id);
    }

    private Asking with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new Asking(path, more, body, success, id);
    }

    /// Sends it, and books what was answered. @return the answer
    TestServer.Reply send(Target.Line line, Entry entry, Ledger ledger) throws IOException {
        TestServer.Reply reply = line.exchange("POST", path, headers, body);
        if (reply.status() == 503) {
            entry.refused();
        } else if (reply.status() < 300 && reply.body().contains(success)) {
            entry.acknowledged(id == null ? 0 : Long.parseLong(inside(id, reply)));
        } else {
            ledger.found(Finding.Fault.STRANGE_ANSWER, entry.kind(), reply.toString());
        }
        return reply;
    }

    static String inside(Pattern pattern, TestServer.Reply reply) {
        Matcher matcher = pattern.matcher(reply.body());
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in " + reply);
        }
        return matcher.group(1);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

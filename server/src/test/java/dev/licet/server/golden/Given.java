package dev.licet.server.golden;

import dev.licet.core.TestClock;
import dev.licet.server.FirstCredentials;
import dev.licet.server.TestServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What golden files may name as `{{…}}`: things that a server is asked for, each time anew, over its own API.
final class Given {
    private final TestServer server;
    private final FirstCredentials first;

    Given(TestServer server) {
        this.server = server;
        this.first = server.first();
    }

    /// The value of a name, fit for a query or a form where it needs to be.
    String value(String name) {
        return switch (name) {
            case "api_key" -> first.apiKey();
            case "read_only_api_key" -> first.readOnlyApiKey();
            case "account_number" -> first.accountNumber();
            case "username" -> first.username();
            case "password" -> first.password();
            case "product_id" -> Long.toString(first.productId());
            case "license_key" -> first.licenseKey();
            case "limited_key" -> limitedKey();
            case "blocked_key" -> changed(newKey("&Period=30"), "BlockKey", "");
            case "expired_key" -> changed(newKey("&Period=30"), "ExtendLicense", "&NoOfDays=-31");
            case "key_for_one_machine" -> newKey("&AllowedMachines=machine-1");
            case "access_token" -> encoded(first.accessToken());
            case "bearer" -> first.accessToken();
            case "get_events_bearer" -> bearer("{\"name\":\"t\",\"permissions\":[\"GetEvents\"]}");
            case "register_event_bearer" -> bearer("{\"name\":\"t\",\"permissions\":[\"RegisterEvent\"]}");
            case "key_used_bearer" -> withItsKeyUsedForAnEvent();
            case "product" -> "prd_" + first.productId();
            case "shown_event" -> shownEvent();
            case "public_api_key" -> apiKey("{\"name\":\"public\",\"permission\":\"write\"}");
            case "quota_used_api_key" ->
                used(
                        apiKey(
                                "{\"name\":\"q\",\"partner\":true,\"permission\":\"write\",\"quota\":{\"calls\":1,\"window\":\"PT1H\"}}"));
            case "gap_used_api_key" ->
                used(apiKey("{\"name\":\"g\",\"partner\":true,\"permission\":\"write\",\"gap\":\"PT1H\"}"));
            case "key_used_api_key" ->
                withItsKeyUsed(
                        apiKey("{\"name\":\"k\",\"partner\":true,\"permission\":\"write\"}"),
                        "/rest/v1/",
                        "method=veoh.people.logEvent&keys=a&values=b&eventName=c&apiKey=");
            case "key_used_token" ->
                withItsKeyUsed(
                        token("{\"name\":\"k\",\"permissions\":[\"RegisterEvent\"]}"),
                        "/api/ai/RegisterEvent",
                        "EventName=a&token=");
            case "key_used_session_key" -> withItsKeyUsed(sessionKey(), "/session/ping", "session_key=");
            case "revoked_api_key" -> revokedApiKey();
            case "user_token" -> userToken(first.apiKey());
            case "other_applications_user_token" -> userToken(first.readOnlyApiKey());
            case "expired_user_token" -> earlier(Duration.ofHours(24), () -> userToken(first.apiKey()));
            case "session_key" -> sessionKey();
            case "expired_session_key" -> earlier(Duration.ofMinutes(30), this::sessionKey);
            case "nearly_expired_session_key" -> earlier(Duration.ofMinutes(30).minusMillis(1), this::sessionKey);
            case "logged_out_session_key" -> loggedOut();
            case "get_events_token" -> token("{\"name\":\"t\",\"permissions\":[\"GetEvents\"]}");
            case "register_event_token" -> token("{\"name\":\"t\",\"permissions\":[\"RegisterEvent\"]}");
            case "create_key_token" -> token("{\"name\":\"t\",\"permissions\":[\"CreateKey\"]}");
            case "data_object_of_four" -> dataObject("of-4", 4);
            case "full_data_object" -> dataObject("full", Integer.MAX_VALUE);
            case "customer_secret" -> customerSecret();
            case "other_product_token" -> token("{\"name\":\"t\",\"productId\":" + otherProduct() + "}");
            case "product_token" -> token("{\"name\":\"t\",\"productId\":" + first.productId() + "}");
            case "must_name_key_token" -> token("{\"name\":\"t\",\"keyLock\":-1}");
            case "other_key_token" -> token("{\"name\":\"t\",\"keyLock\":999}");
            case "empty_account_token" -> emptyAccountsToken();
            case "foreign_product_id" -> Long.toString(foreignProduct());
            default -> throw new IllegalArgumentException("nothing is given for {{" + name + "}}");
        };
    }

    /// @return its name, at the first key
    private String dataObject(String kind, int number) {
        String name = kind + "-" + UUID.randomUUID();
        server.manage(
                "POST",
                "/v1/data-objects",
                "{\"product\":\"prd_" + first.productId() + "\",\"key\":\"" + first.licenseKey() + "\",\"name\":\""
                        + name + "\",\"number\":" + number + "}");
        return encoded(name);
    }

    private String customerSecret() {
        return server.manage("POST", "/v1/customers", "{\"name\":\"Alice\"}")
                .get("secret")
                .stringValue();
    }

    private String newKey(String form) {
        return server.post(true, "/api/key/CreateKey", ofProduct(form))
                .json()
                .get("key")
                .stringValue();
    }

    private String ofProduct(String form) {
        return server.token() + "&ProductId=" + first.productId() + form;
    }

    /// Runs on one machine, as many as it may.
    private String limitedKey() {
        return changed(newKey("&MaxNoOfMachines=1"), "Activate", "&MachineCode=machine-1");
    }

    private String changed(String key, String method, String form) {
        server.post(true, "/api/key/" + method, ofProduct("&Key=" + key + form));
        return key;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private String apiKey(String json) {
        return server.manage("POST", "/v1/applications", json).get("apiKey").stringValue();
    }

    private String revokedApiKey() {
        var application = server.manage("POST", "/v1/applications", "{\"name\":\"r\",\"partner\":true}");
        server.manage("DELETE", "/v1/applications/" + application.get("id").stringValue(), "");
        return application.get("apiKey").stringValue();
    }

    private String used(String apiKey) {
        server.get("/rest/v1/?method=veoh.people.logEvent&apiKey=" + apiKey + "&keys=a&values=b&eventName=c");
        return apiKey;
    }

    /// Sends a request with `Idempotency-Key: used`. @return the credential that it was sent with
    private String withItsKeyUsed(String credential, String target, String form) {
        server.send(
                true,
                "POST",
                target,
                Map.of("Content-Type", "application/x-www-form-urlencoded", "Idempotency-Key", "used"),
                form + credential);
        return credential;
    }

    private String token(String json) {
        return encoded(
                server.manage("POST", "/v1/tokens", json).get("accessToken").stringValue());
    }

    private String bearer(String json) {
        return server.manage("POST", "/v1/tokens", json).get("accessToken").stringValue();
    }

    private String withItsKeyUsedForAnEvent() {
        String token = bearer("{\"name\":\"k\"}");
        server.send(
                true,
                "POST",
                "/v1/events",
                Map.of(
                        "Content-Type",
                        "application/json",
                        "Authorization",
                        "Bearer " + token,
                        "Idempotency-Key",
                        "used"),
                "{\"name\":\"a\"}");
        return token;
    }

    /// The name of an event that has all that one can have.
    private String shownEvent() {
        server.manage(
                "POST",
                "/v1/events",
                "{\"id\":\"order-1\",\"name\":\"shown-event\",\"feature\":\"hd\",\"product\":\"prd_" + first.productId()
                        + "\",\"key\":\"" + first.licenseKey() + "\",\"machine\":\"laptop\",\"user\":\"ann\","
                        + "\"session\":\"evening\",\"value\":2530,\"currency\":\"USD\","
                        + "\"time\":\"2026-11-20T08:00:00Z\",\"properties\":{\"size\":[1,2]}}");
        return "shown-event";
    }

    private long otherProduct() {
        return server.manage("POST", "/v1/products", "{\"name\":\"other\"}")
                .get("productId")
                .longValue();
    }

    private String otherAccount() {
        return server.manage("POST", "/v1/accounts", "{\"name\":\"other\"}")
                .get("accountNumber")
                .stringValue();
    }

    private String emptyAccountsToken() {
        return token("{\"name\":\"t\",\"account\":\"" + otherAccount() + "\"}");
    }

    private long foreignProduct() {
        return server.manage("POST", "/v1/products", "{\"name\":\"x\",\"account\":\"" + otherAccount() + "\"}")
                .get("productId")
                .longValue();
    }

    private String userToken(String apiKey) {
        String body = server.post(
                        true,
                        "/rest/v1/?method=veoh.people.authenticate&apiKey=" + apiKey,
                        "j_username=" + first.username() + "&j_password=" + first.password())
                .body();
        return found("userToken=\"([^\"]+)\"", body);
    }

    private String sessionKey() {
        String body = server.post(
                        true,
                        "/session/login",
                        "username=" + first.username() + "&password=" + first.password() + "&account_number="
                                + first.accountNumber())
                .body();
        return found("<session_key>([^<]+)</session_key>", body);
    }

    private String loggedOut() {
        String key = sessionKey();
        server.post(true, "/session/logout", "session_key=" + key);
        return key;
    }

    /// What lasts goes by the time that passes, so the server starts that long ago and it passes.
    private String earlier(Duration ago, Supplier<String> made) {
        server.clock().set(TestClock.START.minus(ago));
        server.restart();
        String value = made.get();
        server.clock().advance(ago);
        return value;
    }

    private static String found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in " + text);
        }
        return matcher.group(1);
    }
}

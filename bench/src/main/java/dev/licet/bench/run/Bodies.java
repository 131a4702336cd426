package dev.licet.bench.run;

import dev.licet.bench.run.Licet.Credentials;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What is sent, the same to Licet and to what it is compared with.
final class Bodies {
    static final String FORM = "application/x-www-form-urlencoded";
    static final String JSON = "application/json";
    static final String REGISTER_EVENT = "/api/ai/RegisterEvent";
    static final String REGISTER_EVENTS = "/api/ai/RegisterEvents";
    static final int BATCH = 1000;

    static final String METADATA = "{\"os\":\"linux\",\"version\":\"1.0\",\"locale\":\"en\"}";
    /// A second of 2026, so that batches need no clock.
    static final long TIME = 1_790_000_000L;

    private static final Pattern SESSION_KEY = Pattern.compile("<session_key>(.*)</session_key>");

    private Bodies() {}

    /// One event, about 280 bytes.
    static String event(Credentials credentials) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("token", credentials.accessToken());
        fields.put("ProductId", Long.toString(credentials.product()));
        fields.put("Key", credentials.licenseKey());
        fields.put("MachineCode", "machine-1");
        fields.put("FeatureName", "Export");
        fields.put("EventName", "start");
        fields.put("Value", "2530");
        fields.put("Currency", "USD");
        fields.put("Metadata", METADATA);
        return form(fields);
    }

    static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /// A thousand events in JSON, on one line.
    static String batch(Credentials credentials) {
        StringBuilder body = new StringBuilder();
        body.append("{\"token\":\"").append(credentials.accessToken());
        body.append("\",\"ProductId\":").append(credentials.product());
        body.append(",\"Key\":\"").append(credentials.licenseKey());
        body.append("\",\"MachineCode\":\"machine-1\",\"Events\":[");
        for (int i = 0; i < BATCH; i++) {
            body.append(i == 0 ? "" : ",");
            body.append("{\"FeatureName\":\"Feature ").append(i % 20);
            body.append("\",\"EventName\":\"").append(i % 2 == 0 ? "start" : "stop");
            body.append("\",\"Value\":").append(i);
            body.append(",\"Currency\":\"USD\",\"Time\":").append(TIME + i);
            body.append(",\"Metadata\":\"")
                    .append(METADATA.replace("\"", "\\\""))
                    .append("\"}");
        }
        return body.append("]}").toString();
    }

    /// As many sessions, logged in, as the form bodies that ping them, one a line.
    static Path pings(Kit kit, Licet licet, Credentials credentials, int sessions) throws Exception {
        HttpClient client = Probe.client(Probe.trusting(licet.certificate()));
        String login = form(Map.of(
                "username",
                credentials.username(),
                "password",
                credentials.password(),
                "account_number",
                credentials.accountNumber()));
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            String answer = Probe.post(client, licet.tlsUrl("/session/login"), login, Map.of("Content-Type", FORM));
            Matcher key = SESSION_KEY.matcher(answer);
            if (!key.find()) {
                throw new IOException("no session: " + answer);
            }
            bodies.add(form(Map.of("session_key", key.group(1))));
        }
        String answer =
                Probe.post(client, licet.tlsUrl("/session/ping"), bodies.getFirst(), Map.of("Content-Type", FORM));
        if (!answer.contains("SUCCESS")) {
            throw new IOException("no ping: " + answer);
        }
        client.close();
        return kit.file("pings", String.join("\n", bodies) + "\n");
    }
}

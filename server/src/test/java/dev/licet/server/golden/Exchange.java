package dev.licet.server.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One golden file: notes, a request, and the answer that it has to get.
///
/// Lines with `#` come first: what the file shows, and orders: `# over: tls`, `# setting: key=value`,
/// `# busy` for a server that has another request in hand. `{{name}}`
/// stands for something that the server was given for this exchange; in the answer, `{{*guid}}`,
/// `{{*number}}`, `{{*request}}` and `{{*token}}` stand for what is new each time. The length of the body is filled in.
record Exchange(
        Path file,
        boolean tls,
        boolean busy,
        Map<Setting, String> settings,
        String head,
        String body,
        List<String> answer) {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\*?[a-z_]+)}}");
    private static final Map<String, String> NEW_EACH_TIME = Map.of(
            "*guid", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
            "*number", "[1-9][0-9]{0,15}",
            "*token", "[A-Za-z0-9_-]+",
            "*request", "[0-9a-f]+");

    static Exchange read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        boolean tls = false;
        boolean busy = false;
        Map<Setting, String> settings = new EnumMap<>(Setting.class);
        int at = 0;
        for (; lines.get(at).startsWith("#") || lines.get(at).isEmpty(); at++) {
            String line = lines.get(at);
            tls |= line.equals("# over: tls");
            busy |= line.equals("# busy");
            if (line.startsWith("# setting: ")) {
                String[] pair = line.substring("# setting: ".length()).split("=", 2);
                for (Setting setting : Setting.values()) {
                    if (setting.key().equals(pair[0])) {
                        settings.put(setting, pair[1]);
                    }
                }
            }
        }
        int answerAt = lines.indexOf(">>>");
        List<String> request = lines.subList(at, answerAt < 0 ? lines.size() : answerAt);
        int blank = request.indexOf("");
        List<String> body = blank < 0 ? List.of() : new ArrayList<>(request.subList(blank + 1, request.size()));
        while (!body.isEmpty() && body.getLast().isEmpty()) {
            body.removeLast();
        }
        return new Exchange(
                file,
                tls,
                busy,
                settings,
                String.join("\r\n", blank < 0 ? request : request.subList(0, blank)),
                String.join("\n", body),
                answerAt < 0 ? List.of() : lines.subList(answerAt + 1, lines.size()));
    }

    /// Sends the request and compares what comes back.
    void check(TestServer server, Function<String, String> given) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        Function<String, String> value = name -> values.computeIfAbsent(name, given);
        byte[] bytes = filled(body, value).getBytes(StandardCharsets.UTF_8);
        String request = filled(head, value) + "\r\n"
                + (bytes.length == 0 ? "" : "Content-Length: " + bytes.length + "\r\n") + "\r\n";
        byte[] sent = (request + new String(bytes, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        TestServer.Reply reply;
        try (Closeable other = busy ? server.holdTheOnlyRequest() : () -> {}) {
            reply = server.exchange(tls, sent);
        }
        if (System.getenv("GOLDEN_RECORD") != null) {
            record(reply, values);
            return;
        }
        assertThat(answer).as("%s has an answer", file.getFileName()).isNotEmpty();
        int blank = answer.indexOf("");
        assertThat("HTTP/1.1 " + reply.status()).as("status").isEqualTo(answer.getFirst());
        for (String header : answer.subList(1, blank)) {
            String[] pair = header.split(": ", 2);
            assertThat(reply.headers()).as("headers").containsEntry(pair[0], filled(pair[1], value));
        }
        String expected = String.join("\n", answer.subList(blank + 1, answer.size()));
        assertThat(reply.body().stripTrailing()).as(file.toString()).matches(pattern(expected.stripTrailing(), value));
    }

    private static String filled(String text, Function<String, String> value) {
        return PLACEHOLDER.matcher(text).replaceAll(found -> Matcher.quoteReplacement(value.apply(found.group(1))));
    }

    private static Pattern pattern(String text, Function<String, String> value) {
        StringBuilder pattern = new StringBuilder();
        Matcher matcher = PLACEHOLDER.matcher(text);
        int from = 0;
        while (matcher.find()) {
            pattern.append(Pattern.quote(text.substring(from, matcher.start())));
            String name = matcher.group(1);
            pattern.append(name.startsWith("*") ? NEW_EACH_TIME.get(name) : Pattern.quote(value.apply(name)));
            from = matcher.end();
        }
        return Pattern.compile(
                pattern.append(Pattern.quote(text.substring(from))).toString());
    }

    /// Writes the answer into the file, for a person to read and judge.
    private void record(TestServer.Reply reply, Map<String, String> values) throws IOException {
        List<String> lines = Files.readAllLines(file);
        int answerAt = lines.indexOf(">>>");
        List<String> written = new ArrayList<>(answerAt < 0 ? lines : lines.subList(0, answerAt));
        while (written.getLast().isEmpty()) {
            written.removeLast();
        }
        written.addAll(List.of("", ">>>", "HTTP/1.1 " + reply.status()));
        for (String header :
                List.of("content-type", "allow", "accept", "accept-encoding", "retry-after", "licet-as-of")) {
            if (reply.headers().containsKey(header)) {
                written.add(header + ": " + reply.headers().get(header));
            }
        }
        String text = reply.body().stripTrailing();
        for (Map.Entry<String, String> value : values.entrySet()) {
            if (value.getValue().length() > 8) {
                text = text.replace(value.getValue(), "{{" + value.getKey() + "}}");
            }
        }
        text = text.replaceAll("guid=\"[^\"]*\"", "guid=\"{{*guid}}\"")
                .replaceAll("<api_tx_number>[0-9]+<", "<api_tx_number>{{*number}}<")
                .replaceAll("eventId=\"[0-9]+\"", "eventId=\"{{*number}}\"")
                .replaceAll("licenseId=\"[0-9]+\"", "licenseId=\"{{*number}}\"")
                .replaceAll("userToken=\"[^\"]+\"", "userToken=\"{{*token}}\"")
                .replaceAll("\"id\":[0-9]+", "\"id\":{{*number}}")
                .replaceAll("\"position\":[0-9]+", "\"position\":{{*number}}")
                .replaceAll("\"requestId\":\"[0-9a-f]+\"", "\"requestId\":\"{{*request}}\"");
        if (file.getFileName().toString().startsWith("login-success")) {
            text = text.replaceAll("<session_key>[^<]+<", "<session_key>{{*token}}<");
        }
        written.add("");
        written.add(text);
        Files.write(file, written);
    }
}

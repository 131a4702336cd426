package dev.licet.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/// Prints what a command has to show: for people, or as JSON for scripts.
record Printer(PrintWriter out, boolean json) {
    private static final JsonMapper MAPPER = new JsonMapper();

    void print(Map<String, Object> thing) {
        if (json) {
            out.println(MAPPER.writeValueAsString(thing));
        } else {
            thing.forEach((name, value) -> out.println(String.format("%-18s %s", name, text(value))));
        }
        out.flush();
    }

    void print(List<Map<String, Object>> things) {
        if (json) {
            out.println(MAPPER.writeValueAsString(things));
        } else {
            things.forEach(thing -> out.println(thing.entrySet().stream()
                    .filter(entry -> !entry.getKey().equals("public_key_xml"))
                    .map(entry -> entry.getKey() + "=" + text(entry.getValue()))
                    .collect(Collectors.joining("  "))));
        }
        out.flush();
    }

    private static String text(Object value) {
        return switch (value) {
            case List<?> list -> list.stream().map(String::valueOf).collect(Collectors.joining(","));
            case Map<?, ?> members ->
                members.entrySet().stream()
                        .map(member -> member.getKey() + "=" + member.getValue())
                        .collect(Collectors.joining(","));
            default -> String.valueOf(value);
        };
    }
}

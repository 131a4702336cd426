package dev.licet.dialect.rest;

import dev.licet.dialect.Answer;

/// One route: a verb, a path that may have one `{…}` part, and what answers.
record Endpoint(String verb, String template, Handler handler) {

    @FunctionalInterface
    interface Handler {
        Answer answer(Call call);
    }

    /// Whether it changes anything, so that it takes an `Idempotency-Key`.
    boolean changes() {
        return !verb.equals("GET");
    }

    boolean matches(String path) {
        String[] wanted = template.split("/");
        String[] given = path.split("/", -1);
        if (wanted.length != given.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].startsWith("{") ? given[i].isEmpty() : !wanted[i].equals(given[i])) {
                return false;
            }
        }
        return true;
    }

    /// What the path has for the `{…}` part; blank when the template has none.
    String argument(String path) {
        String[] wanted = template.split("/");
        String[] given = path.split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].startsWith("{")) {
                return given[i];
            }
        }
        return "";
    }
}

package dev.licet.dialect.rest;

import dev.licet.dialect.Answer;

/// One route: a verb, a path that may have one `{…}` part, and what answers.
///
/// @param readsItself whether the handler reads the body and sees to the `Idempotency-Key` itself
record Endpoint(String verb, String template, Handler handler, boolean readsItself) {

    Endpoint(String verb, String template, Handler handler) {
        this(verb, template, handler, false);
    }

    static Endpoint readingItself(String verb, String template, Handler handler) {
        return new Endpoint(verb, template, handler, true);
    }

    @FunctionalInterface
    interface Handler {
        Answer answer(Call call);
    }

    /// Whether it is a change that is made once for an `Idempotency-Key`.
    boolean isOnce() {
        return !verb.equals("GET") && !readsItself;
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

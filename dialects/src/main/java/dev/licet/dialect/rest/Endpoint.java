package dev.licet.dialect.rest;

import dev.licet.dialect.Answer;

/// One route: a verb, a path that may have one `{…}` part, and what answers.
///
/// @param readsItself whether the handler reads the body itself
/// @param isOnceByItself whether the handler sees to it that a change counts once, or needs no `Idempotency-Key`
record Endpoint(String verb, String template, Handler handler, boolean readsItself, boolean isOnceByItself) {

    Endpoint(String verb, String template, Handler handler) {
        this(verb, template, handler, false, false);
    }

    static Endpoint readingItself(String verb, String template, Handler handler) {
        return new Endpoint(verb, template, handler, true, true);
    }

    /// For what waits for more than the entities: under an `Idempotency-Key` a handler holds up all who write them.
    static Endpoint onceByItself(String verb, String template, Handler handler) {
        return new Endpoint(verb, template, handler, false, true);
    }

    @FunctionalInterface
    interface Handler {
        Answer answer(Call call);
    }

    /// Whether it is a change that is made once for an `Idempotency-Key`.
    boolean isOnce() {
        return !verb.equals("GET") && !isOnceByItself;
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

package dev.licet.server.http;

import dev.licet.dialect.Answer;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Request;
import dev.licet.dialect.Route;
import java.util.List;
import java.util.Set;

/// Finds the dialect that a path belongs to.
final class Router {
    private static final Set<String> VERBS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

    private final List<Dialect> dialects;

    Router(List<Dialect> dialects) {
        this.dialects = List.copyOf(dialects);
    }

    Dialect dialect(String path) {
        for (Dialect dialect : dialects) {
            if (dialect.claims(path)) {
                return dialect;
            }
        }
        return NOBODY;
    }

    /// A request as the log may have it: clients put secrets everywhere, so nothing is told as it came.
    String loggable(Dialect dialect, Request request) {
        String verb = VERBS.contains(request.verb()) ? request.verb() : "(another verb)";
        return verb + " " + route(dialect, request.path()) + " for " + dialect.name();
    }

    /// The path of the dialect's route that a path is of, such as `/v1/users/{user}`.
    private static String route(Dialect dialect, String path) {
        return dialect.routes().stream()
                .map(route -> route.path().split("\\?", 2)[0])
                .filter(template -> matches(template.split("/", -1), path.split("/", -1)))
                .findFirst()
                .orElse("(another path)");
    }

    private static boolean matches(String[] template, String[] path) {
        if (template.length != path.length) {
            return false;
        }
        for (int i = 0; i < path.length; i++) {
            if (!template[i].startsWith("{") && !template[i].equalsIgnoreCase(path[i])) {
                return false;
            }
        }
        return true;
    }

    /// Answers for paths that no dialect claims: plain text.
    private static final Dialect NOBODY = new Dialect() {
        @Override
        public String name() {
            return "none";
        }

        @Override
        public boolean claims(String path) {
            return true;
        }

        @Override
        public List<Route> routes() {
            return List.of();
        }

        @Override
        public Answer answer(Request request) {
            return refuse(request, Fault.UNKNOWN_PATH);
        }

        @Override
        public Answer refuse(Request request, Fault fault) {
            return PlainFaults.answer(fault);
        }
    };
}

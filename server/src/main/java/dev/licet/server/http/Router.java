package dev.licet.server.http;

import dev.licet.dialect.Answer;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.Request;
import dev.licet.dialect.Route;
import java.util.List;

/// Finds the dialect that a path belongs to.
final class Router {
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

    /// The path of the dialect's route that a path is of, such as `/v1/users/{user}`: safe for the log.
    String route(Dialect dialect, String path) {
        return dialect.routes().stream()
                .map(Route::path)
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

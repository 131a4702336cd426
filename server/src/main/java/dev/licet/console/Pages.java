package dev.licet.console;

import dev.licet.console.view.Shell;
import dev.licet.core.identity.Permission;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Request;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes answers of templates: whole pages, and parts that a page's script puts in. Safe for threads.
final class Pages {
    private static final String HTML = "text/html; charset=utf-8";

    /// Nothing of any other host, no script or style in the page itself, no frame around it.
    private static final String CONTENT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
                    + " data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// Made for the first page, so that a start need not wait for it.
    private static final class Templates {
        private static final TemplateEngine ENGINE = TemplateEngine.createPrecompiled(ContentType.Html);

        private Templates() {}
    }

    private final Assets assets;
    private final boolean isReadOnly;

    /// @param isReadOnly whether nothing can be changed
    Pages(Assets assets, boolean isReadOnly) {
        this.assets = assets;
        this.isReadOnly = isReadOnly;
    }

    Answer page(Visit visit, String template, String title, Map<String, Object> model) {
        return page(visit, template, title, model, false);
    }

    /// @param withCharts whether it draws
    Answer page(Visit visit, String template, String title, Map<String, Object> model, boolean withCharts) {
        Visitor visitor = visit.visitor();
        Shell shell = new Shell(
                title,
                visitor.username(),
                visitor.accountName(),
                visitor.caller().account().toString(),
                visitor.zone().getId(),
                visitor.csrf(),
                Navigation.of(visitor, visit.request().path()),
                withCharts,
                isReadOnly,
                assets::href);
        return guarded(visit.request(), html(200, template, shell, model));
    }

    /// A page for anybody, that [has to be guarded][#guarded].
    Answer open(String template, String title, Map<String, Object> model) {
        return html(
                200,
                template,
                new Shell(title, "", "", "", "UTC", "", List.of(), false, isReadOnly, assets::href),
                model);
    }

    private static Answer html(int status, String template, Shell shell, Map<String, Object> model) {
        Map<String, Object> all = new HashMap<>(model);
        all.put("shell", shell);
        return Answer.of(status, HTML, rendered(template, all));
    }

    /// A part of a page.
    Answer part(String template, Map<String, Object> model) {
        return Answer.of(200, HTML, rendered("part/" + template, model))
                .with("Cache-Control", "no-store")
                .with("X-Content-Type-Options", "nosniff");
    }

    private static String rendered(String template, Map<String, Object> model) {
        StringOutput html = new StringOutput();
        Templates.ENGINE.render("console/" + template + ".jte", model, html);
        return html.toString();
    }

    static Answer guarded(Request request, Answer answer) {
        Answer guarded = answer.with("Content-Security-Policy", CONTENT_POLICY)
                .with("X-Content-Type-Options", "nosniff")
                .with("Referrer-Policy", "same-origin")
                .with("Cross-Origin-Opener-Policy", "same-origin")
                .with("Cache-Control", "no-store");
        // Of the port that all browsers know alone: it binds all ports of the name.
        boolean isForAll = request.secure()
                && request.headers()
                        .first("host")
                        .filter(host -> !host.matches(".*:[0-9]+"))
                        .isPresent();
        return isForAll ? guarded.with("Strict-Transport-Security", "max-age=31536000") : guarded;
    }

    Answer notFound(Visit visit) {
        return problem(visit, 404, "Nothing is here", "What was here may be gone, or may be another account’s.");
    }

    Answer notPermitted(Visit visit, Permission needs) {
        return problem(
                visit,
                403,
                "You may not do this",
                "It needs " + needs.label() + ": somebody who may Manage the users of your account can let you.");
    }

    Answer failed(Visit visit, String why) {
        return problem(visit, 422, "That did not work", why);
    }

    private Answer problem(Visit visit, int status, String title, String says) {
        Map<String, Object> model = Map.of("title", title, "says", says);
        if (visit.isForPart()) {
            return part("problem", model);
        }
        Answer page = page(visit, "problem", title, model);
        return new Answer(status, page.headers(), page.body());
    }

    /// Sends the browser on.
    static Answer redirect(Request request, String to) {
        return guarded(request, new Answer(303, Map.of("Location", to), new byte[0]));
    }

    /// A line to paste into a shell.
    String curl(Visit visit, String verb, String path, String body) {
        return curl(visit.request(), "$access_token", verb, path, Optional.of(body));
    }

    static String curl(Request request, String token, String verb, String path, Optional<String> body) {
        StringBuilder line = new StringBuilder("curl ");
        if (request.secure()) {
            line.append("--cacert licet-data/tls/cert.pem ");
        }
        if (!verb.equals("GET") && body.isEmpty()) {
            line.append("-X ").append(verb).append(' ');
        }
        line.append("-H 'Authorization: Bearer ").append(token.startsWith("$") ? "'\"" + token + "\"" : token + "'");
        body.ifPresent(text -> line.append(" -H 'Content-Type: application/json' -d '")
                .append(text)
                .append('\''));
        return line.append(' ').append(origin(request)).append(path).toString();
    }

    /// How the browser calls this server.
    static String origin(Request request) {
        String host = request.headers()
                .first("host")
                .filter(name -> name.matches("[A-Za-z0-9._:\\[\\]-]{1,255}"))
                .orElse("localhost");
        return (request.secure() ? "https://" : "http://") + host;
    }
}

package dev.licet.console;

import dev.licet.dialect.Parameters;
import dev.licet.dialect.Request;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A request of somebody who has signed in.
///
/// @param words of the path behind `/console/`
/// @param parameters of the query, and of the form in the body
record Visit(Visitor visitor, Request request, List<String> words, Parameters parameters) {
    Visit {
        words = List.copyOf(words);
    }

    String word(int index) {
        return index < words.size() ? words.get(index) : "";
    }

    String parameter(String name) {
        return parameters.last(name).orElse("");
    }

    /// Whether a script of ours asks for a part of a page.
    boolean isForPart() {
        return request.headers().has("hx-request");
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

package dev.licet.dialect.veoh;

import dev.licet.dialect.Fault;
import dev.licet.dialect.Limits;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Parameters;
import dev.licet.dialect.Request;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The arguments of one call, out of query and form; for each name the query wins.
record Arguments(Parameters query, Parameters form, Limits limits) {

    static Arguments of(Request request, Limits limits) {
        Parameters query = Parameters.ofQuery(request, limits);
        Parameters form = form(request, limits);
        if (query.size() + form.size() > limits.parameters()) {
            throw new MalformedRequest(Fault.TOO_LARGE, "more than " + limits.parameters() + " parameters");
        }
        return new Arguments(query, form, limits);
    }

    private static Parameters form(Request request, Limits limits) {
        if (request.body().length == 0) {
            return Parameters.NONE;
        }
        if (request.mediaType().isEmpty()) {
            return Parameters.ofUntypedForm(request, limits);
        }
        if (!request.isForm() && !request.isMultipart()) {
            throw new MalformedRequest(Fault.MALFORMED, "a body that is not a form");
        }
        return Parameters.ofForm(request, limits);
    }

    Optional<String> text(String name) {
        return query.last(name).or(() -> form.last(name));
    }

    /// The elements of an array: a name given several times, or with brackets, has an element each; given once
    /// without, it is split at its commas. Blank elements are elements; empty when there is nothing at all.
    Optional<List<String>> array(String name) {
        Optional<List<String>> elements = array(query, name).or(() -> array(form, name));
        if (elements.filter(list -> list.size() > limits.parameters()).isPresent()) {
            throw new MalformedRequest(Fault.TOO_LARGE, "more than " + limits.parameters() + " elements");
        }
        return elements;
    }

    private static Optional<List<String>> array(Parameters parameters, String name) {
        List<String> given = Stream.concat(parameters.all(name).stream(), parameters.all(name + "[]").stream())
                .toList();
        if (given.isEmpty() || given.size() == 1 && given.getFirst().isBlank()) {
            return Optional.empty();
        }
        boolean isSplit = given.size() == 1 && !parameters.has(name + "[]");
        return Optional.of(isSplit ? List.of(given.getFirst().split(",", -1)) : given);
    }
}

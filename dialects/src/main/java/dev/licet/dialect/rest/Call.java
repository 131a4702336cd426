package dev.licet.dialect.rest;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Caller;
import dev.licet.dialect.Limits;
import dev.licet.dialect.Parameters;
import dev.licet.dialect.Request;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;

/// One request to an endpoint. @param argument what the path has for the `{…}` part
record Call(Caller caller, String argument, Body body, Request request, Limits limits) {
    static final int MAX_PAGE = 1000;
    private static final int MOST_DIGITS = 18;

    /// The number behind a prefix, as in `usr_17`; empty for anything else.
    OptionalLong id(String prefix) {
        return id(prefix, argument);
    }

    static OptionalLong id(String prefix, String text) {
        int from = prefix.length();
        int digits = text.length() - from;
        if (!text.startsWith(prefix) || digits < 1 || digits > MOST_DIGITS || text.charAt(from) == '0') {
            return OptionalLong.empty();
        }
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.of(Long.parseLong(text, from, text.length(), 10));
    }

    /// The account that the request is about: the caller's own unless it names one.
    AccountNumber account() {
        Optional<String> named = request.verb().equals("GET") ? query("account") : body.text("account");
        return named.map(text -> AccountNumber.parse(text)
                        .orElseThrow(() -> new WrongField("account", "must be an account number of 15 digits")))
                .orElse(caller.account());
    }

    /// What the path names by an id with that prefix.
    <I> Outcome<I> inPath(String prefix, LongFunction<I> id, Refusal.Kind kind) {
        OptionalLong number = id(prefix);
        return number.isPresent()
                ? Outcome.success(id.apply(number.getAsLong()))
                : Outcome.refused(new Refusal.NotFound(kind));
    }

    /// What a member or a parameter names by an id with that prefix.
    static <I> I id(String prefix, String member, String text, LongFunction<I> id) {
        OptionalLong number = id(prefix, text);
        if (number.isEmpty()) {
            throw new WrongField(member, "must be an id such as " + prefix + "1");
        }
        return id.apply(number.getAsLong());
    }

    /// The number in the cursor of a list that goes on behind it; 0 for its beginning.
    long after() {
        return query("cursor")
                .map(text -> {
                    OptionalLong number = text.equals("0") ? OptionalLong.of(0) : id("", text);
                    return number.orElseThrow(() -> new WrongField("cursor", "must be the 'next' of a page"));
                })
                .orElse(0L);
    }

    /// A text of the body that names something.
    Optional<String> name(String member) {
        Optional<String> text = body.text(member);
        int most = limits.name();
        if (text.isPresent() && text.get().codePointCount(0, text.get().length()) > most) {
            throw new WrongField(member, "must have " + most + " characters at most");
        }
        return text;
    }

    /// How many items a page has at most.
    int limit() {
        return query("limit")
                .map(text -> text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0)
                .map(limit -> {
                    if (limit < 1 || limit > MAX_PAGE) {
                        throw new WrongField("limit", "must be 1 to " + MAX_PAGE);
                    }
                    return limit;
                })
                .orElse(100);
    }

    Optional<String> query(String name) {
        return Parameters.ofQuery(request, limits).last(name);
    }
}

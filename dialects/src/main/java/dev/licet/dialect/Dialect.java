package dev.licet.dialect;

import dev.licet.core.Pending;
import java.util.List;
import java.util.Optional;

/// One API as its clients speak it: bytes to use cases and back. Safe for threads.
public interface Dialect {

    /// As in the package and in `docs/dialects/NAME.md`.
    String name();

    /// Whether a path, as it stands on the request line, is this dialect's to answer or to refuse.
    boolean claims(String path);

    /// Everything it answers.
    List<Route> routes();

    /// Describes itself as an OpenAPI document, JSON in UTF-8; empty where there is none.
    default Optional<byte[]> description() {
        return Optional.empty();
    }

    /// Whether it reads the body of this request [as it comes][Request#stream], from the head alone: bodies that may be
    /// too large to be held. All others are there whole before it is asked. Must be quick.
    ///
    /// @param head a request to a path that it claims, without its body
    default boolean streams(Request head) {
        return false;
    }

    /// Whether this request needs no thread of its own, from the head alone: it takes microseconds, short reads of the
    /// store among them, and then waits for nothing but that one write is on disk. Where there are many of them, a
    /// thread each is what costs most.
    ///
    /// @param head a request to a path that it claims, without its body
    default boolean isQuick(Request head) {
        return false;
    }

    /// Begins to answer a request that [is quick][#isQuick] and small. It runs on an event loop: whatever waits here
    /// holds up all connections of that loop. What is made of the write is made on the loop too.
    default Pending<Answer> begin(Request request) {
        return Pending.done(answer(request));
    }

    /// Answers a request to a path that it claims. What it throws is answered by [#refuse].
    Answer answer(Request request);

    /// Says no in this dialect's own form to a request that was not answered.
    ///
    /// @param request its body may be missing
    Answer refuse(Request request, Fault fault);
}

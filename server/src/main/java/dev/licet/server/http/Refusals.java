package dev.licet.server.http;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.licet.core.Unavailable;
import dev.licet.dialect.Answer;
import dev.licet.dialect.BrokenBody;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Fault;
import dev.licet.dialect.MalformedRequest;
import dev.licet.dialect.Request;
import java.time.Duration;

/// What a request is told that went wrong, in the words of its dialect; in plain ones if even those can't be had.
///
/// @param head of the request
record Refusals(Dialect dialect, Request head) {
    private static final System.Logger LOG = System.getLogger(Refusals.class.getName());

    /// The answer to a request whose work ended with this.
    Answer of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof BrokenBody broken) {
                LOG.log(DEBUG, "broken body: {0}", broken.getMessage());
                return of(broken.fault());
            }
        }
        return switch (thrown) {
            case MalformedRequest e -> {
                LOG.log(DEBUG, "malformed: {0}", e.getMessage());
                yield of(e.fault());
            }
            case Unavailable e -> {
                LOG.log(e.isReadOnly() ? DEBUG : WARNING, "unavailable: {0}", e.getMessage());
                yield unavailable(e.isReadOnly() ? Fault.READ_ONLY : Fault.UNAVAILABLE, e.retryAfter());
            }
            default -> {
                LOG.log(ERROR, "a request failed", thrown);
                yield of(Fault.FAILED);
            }
        };
    }

    Answer of(Fault fault) {
        LOG.log(DEBUG, "refused: {0}", fault);
        if (fault == Fault.UNAVAILABLE) {
            return unavailable(fault, Duration.ofSeconds(1));
        }
        try {
            Answer answer = dialect.refuse(head, fault);
            return fault == Fault.UNKNOWN_ENCODING ? answer.with("Accept-Encoding", Packing.KNOWN) : answer;
        } catch (Throwable e) {
            LOG.log(ERROR, "a refusal failed", e);
            return PlainFaults.answer(fault);
        }
    }

    private Answer unavailable(Fault fault, Duration retryAfter) {
        Answer answer;
        try {
            answer = dialect.refuse(head, fault);
        } catch (Unavailable e) {
            LOG.log(DEBUG, "unavailable for a refusal, too: {0}", e.getMessage());
            answer = PlainFaults.answer(fault);
        } catch (Throwable e) {
            LOG.log(ERROR, "a refusal failed", e);
            answer = PlainFaults.answer(fault);
        }
        return answer.with("Retry-After", Long.toString(Math.max(1, retryAfter.toSeconds())));
    }
}

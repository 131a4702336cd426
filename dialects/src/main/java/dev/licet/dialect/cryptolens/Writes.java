package dev.licet.dialect.cryptolens;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.DataObjectId;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.Caller;
import dev.licet.core.license.KeyCall;
import dev.licet.core.license.KeyForm;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.LogKeyCalls;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Idempotency;
import dev.licet.dialect.Request;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// Changes that a call asks for: each is made once for an `Idempotency-Key`, and those about keys are logged.
final class Writes {
    private final Idempotency idempotency;
    private final LogKeyCalls log;
    private final Replies replies;

    /// @param replies says no
    Writes(Idempotency idempotency, LogKeyCalls log, Replies replies) {
        this.idempotency = idempotency;
        this.log = log;
        this.replies = replies;
    }

    /// What a call is logged as.
    ///
    /// @param done and refused how it may end
    /// @param key that was made, where the call does not name it itself
    /// @param number that was asked for
    /// @param more tells of what was done what no call says
    record Logged<T>(
            KeyCall.State done,
            KeyCall.State refused,
            Function<T, Optional<LicenseKey>> key,
            int number,
            Function<T, More> more) {

        static <T> Logged<T> as(KeyCall.State done, KeyCall.State refused) {
            return new Logged<>(done, refused, value -> Optional.empty(), 0, value -> More.NONE);
        }
    }

    /// @param state in place of the usual one
    record More(Optional<KeyCall.State> state, Optional<Instant> seatUntil, Optional<DataObjectId> object) {
        static final More NONE = new More(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// A change that is not logged.
    <T> Answer once(
            Request request, Caller caller, Fields fields, Supplier<Outcome<T>> change, Function<T, Answer> answer) {
        return made(request, caller, fields, () -> {
            Outcome<T> outcome = change.get();
            return changed(outcome, answer);
        });
    }

    /// A change that is logged, in its transaction: what was answered can be read there, and where the log can't be
    /// written nothing was changed.
    <T> Answer once(
            Request request,
            Caller caller,
            Fields fields,
            Logged<T> logged,
            Supplier<Outcome<T>> change,
            Function<T, Answer> answer) {
        return made(request, caller, fields, () -> {
            Outcome<T> outcome = log.logged(caller, change, ended -> call(request, fields, logged, ended));
            return changed(outcome, answer);
        });
    }

    /// The same of a change that is asked for often, and tells a witness what it decides in its own transaction: what
    /// it
    /// looks up before and after holds no other writer up. What it refuses before is logged afterwards.
    <T> Answer witnessed(
            Request request,
            Caller caller,
            Fields fields,
            Logged<T> logged,
            Function<Consumer<Optional<Refusal>>, Outcome<T>> change,
            Function<T, Answer> answer) {
        return made(request, caller, fields, () -> {
            AtomicBoolean isLogged = new AtomicBoolean();
            Outcome<T> outcome = change.apply(refusal -> {
                KeyCall.State state = refusal.isPresent() ? logged.refused() : logged.done();
                log.logFound(
                                caller,
                                call(
                                        request,
                                        fields,
                                        fields.product().orElseThrow(),
                                        fields.text("Key"),
                                        state,
                                        0,
                                        More.NONE))
                        .await();
                isLogged.set(true);
            });
            if (!isLogged.get()) {
                call(request, fields, logged, outcome)
                        .ifPresent(made -> log.log(caller, made).await());
            }
            return changed(outcome, answer);
        });
    }

    private Answer made(Request request, Caller caller, Fields fields, Supplier<Idempotency.Change> change) {
        Idempotency.Asker asker =
                Idempotency.Asker.of(caller, fields.text("token").orElseThrow());
        return idempotency.answer(request, asker, change, replies::refusal);
    }

    private <T> Idempotency.Change changed(Outcome<T> outcome, Function<T, Answer> answer) {
        return switch (outcome) {
            case Outcome.Success<T>(T value) -> Idempotency.Change.made(answer.apply(value));
            case Outcome.Refused<T>(Refusal refusal) -> Idempotency.Change.refused(replies.refusal(refusal));
        };
    }

    /// What to log of a call; nothing of one that may not be made, or names no product.
    private <T> Optional<KeyCall> call(Request request, Fields fields, Logged<T> logged, Outcome<T> outcome) {
        boolean isUnpermitted =
                outcome instanceof Outcome.Refused<T>(Refusal refusal) && refusal instanceof Refusal.NotPermitted;
        Optional<T> value = outcome instanceof Outcome.Success<T>(T done) ? Optional.of(done) : Optional.empty();
        Optional<LicenseKey> made = value.flatMap(logged.key());
        Optional<ProductId> product = made.map(LicenseKey::product).or(fields::product);
        if (product.isEmpty() || isUnpermitted) {
            return Optional.empty();
        }
        More more = value.map(logged.more()).orElse(More.NONE);
        KeyCall.State state = more.state().orElse(value.isPresent() ? logged.done() : logged.refused());
        Optional<String> key = made.map(LicenseKey::key).or(() -> fields.text("Key"));
        return Optional.of(call(request, fields, product.get(), key, state, logged.number(), more));
    }

    private KeyCall call(
            Request request,
            Fields fields,
            ProductId product,
            Optional<String> key,
            KeyCall.State state,
            int number,
            More more) {
        return new KeyCall(
                0,
                product,
                key.map(text -> KeyForm.read(text).orElse(text)).map(Writes::shortened),
                request.address(),
                log.now(),
                state,
                fields.text("MachineCode").map(Writes::shortened).orElse(""),
                fields.optional("FriendlyName", Integer.MAX_VALUE).map(Writes::shortened),
                more.seatUntil(),
                number,
                more.object());
    }

    private static String shortened(String text) {
        int most = 256;
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most));
    }
}

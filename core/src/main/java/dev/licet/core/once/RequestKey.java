package dev.licet.core.once;

import dev.licet.core.identity.Caller;

/// A request that its sender may send again without its counting twice: what an `Idempotency-Key` names.
///
/// @param name of the key, the caller and the account together
/// @param content of what is asked; the same name with another content is refused
public record RequestKey(Fingerprint name, Fingerprint content) {

    /// @param key the text that the client chose
    public static RequestKey of(Caller caller, String key, Fingerprint content) {
        return new RequestKey(
                Fingerprint.of(
                        Long.toString(caller.account().value()),
                        caller.user().map(user -> "user " + user.value()).orElse(""),
                        caller.application()
                                .map(application -> "application " + application.value())
                                .orElse(""),
                        caller.token().map(token -> "token " + token.value()).orElse(""),
                        key),
                content);
    }

    /// The key of one of several parts of the same request.
    public RequestKey part(int number, Fingerprint partsContent) {
        return new RequestKey(
                Fingerprint.of(Long.toString(name.high()), Long.toString(name.low()), Integer.toString(number)),
                partsContent);
    }
}

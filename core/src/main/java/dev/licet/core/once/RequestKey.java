package dev.licet.core.once;

import dev.licet.core.identity.Caller;
import java.util.List;
import java.util.stream.Stream;

/// A request that its sender may send again without its counting twice: what an `Idempotency-Key` names.
///
/// @param name of the key, the caller and the account together
/// @param content of what is asked; the same name with another content is refused
public record RequestKey(Fingerprint name, Fingerprint content) {

    /// @param scope who asks: the same key of others is another one @param key the text that the client chose
    public static RequestKey of(List<String> scope, String key, Fingerprint content) {
        return new RequestKey(
                Fingerprint.of(Stream.concat(scope.stream(), Stream.of(key)).toArray(String[]::new)), content);
    }

    /// Who asks, as a scope.
    public static List<String> scope(Caller caller) {
        return List.of(
                Long.toString(caller.account().value()),
                caller.user().map(user -> "user " + user.value()).orElse(""),
                caller.application()
                        .map(application -> "application " + application.value())
                        .orElse(""),
                caller.token().map(token -> "token " + token.value()).orElse(""));
    }

    /// The key of one of several parts of the same request.
    public RequestKey part(int number, Fingerprint partsContent) {
        return new RequestKey(
                Fingerprint.of(Long.toString(name.high()), Long.toString(name.low()), Integer.toString(number)),
                partsContent);
    }
}

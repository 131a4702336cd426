package dev.licet.cli;

import dev.licet.core.audit.Acting;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Caller;
import dev.licet.dialect.Answer;
import dev.licet.dialect.Headers;
import dev.licet.dialect.Request;
import dev.licet.server.Wiring;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The API on a stopped server's data, as its operator.
final class LocalApi implements Api {
    private final Wiring.Stopped stopped;
    private final Caller operator;

    private LocalApi(Wiring.Stopped stopped, Caller operator) {
        this.stopped = stopped;
        this.operator = operator;
    }

    /// @param account whom to work for; empty for the first account
    static LocalApi open(Path data, Optional<String> account) {
        if (!Wiring.isInitialised(data)) {
            throw new CliFailure(
                    Cli.FAILED, data + " is not initialised; do that with 'licet init --data " + data + "'");
        }
        Wiring.Stopped stopped = Wiring.openStopped(data, Clock.systemUTC());
        try {
            return new LocalApi(stopped, Caller.operator(account(stopped, account)));
        } catch (RuntimeException e) {
            stopped.close();
            throw e;
        }
    }

    private static AccountNumber account(Wiring.Stopped stopped, Optional<String> named) {
        List<Account> accounts = stopped.store().accounts().list();
        return named.map(text -> AccountNumber.parse(text)
                        .orElseThrow(() -> new CliFailure(Cli.WRONG_USE, "an account number has 15 digits")))
                .map(number -> {
                    if (stopped.store().accounts().find(number).isEmpty()) {
                        throw new CliFailure(Cli.FAILED, "there is no account " + number);
                    }
                    return number;
                })
                .orElseGet(() -> accounts.getFirst().number());
    }

    @Override
    public Got send(String verb, String pathAndQuery, String contentType, byte[] body, Duration patience) {
        String[] parts = pathAndQuery.split("\\?", 2);
        Request request = new Request(
                "command-line",
                verb,
                parts[0],
                parts.length == 2 ? Optional.of(parts[1]) : Optional.empty(),
                Headers.of(Map.of("content-type", List.of(contentType))),
                body,
                true,
                "127.0.0.1");
        Acting acting = new Acting("licet " + verb + " " + parts[0], request.address(), request.id());
        Answer answer = ScopedValue.where(Acting.CURRENT, acting)
                .call(() -> stopped.rest().answer(Acting.as(operator), request));
        return new Got(answer.status(), answer.headers(), answer.body()::writeTo);
    }

    @Override
    public void close() {
        stopped.close();
    }
}

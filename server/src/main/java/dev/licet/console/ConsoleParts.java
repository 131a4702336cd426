package dev.licet.console;

import dev.licet.core.event.ReadEvents;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.LendCredentials;
import dev.licet.core.session.SignIn;
import dev.licet.dialect.Dialect;
import dev.licet.dialect.Limits;
import dev.licet.dialect.rest.RestDialect;
import java.time.Clock;
import java.util.List;

/// What the console is made of.
///
/// @param dialects that the explorer explains @param maxLiveViews how many may watch events at once
/// @param isReadOnly whether nothing can be changed
public record ConsoleParts(
        RestDialect rest,
        List<Dialect> dialects,
        SignIn signIn,
        Accounts accounts,
        LendCredentials lendCredentials,
        ReadEvents readEvents,
        Limits limits,
        int maxLiveViews,
        boolean isReadOnly,
        Clock clock) {
    public ConsoleParts {
        dialects = List.copyOf(dialects);
    }
}

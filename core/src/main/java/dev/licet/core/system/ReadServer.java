package dev.licet.core.system;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import java.util.Optional;
import java.util.function.Supplier;

/// Shows the operator how the server is doing. Safe for threads.
public final class ReadServer {
    private final Supplier<ServerState> server;

    public ReadServer(Supplier<ServerState> server) {
        this.server = server;
    }

    public Outcome<ServerState> read(Caller caller) {
        Optional<Refusal> refusal = caller.lacks(Permission.OPERATE);
        return refusal.isPresent() ? Outcome.refused(refusal.get()) : Outcome.success(server.get());
    }
}

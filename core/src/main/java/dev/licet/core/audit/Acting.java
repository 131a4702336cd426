package dev.licet.core.audit;

import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.TokenId;
import dev.licet.core.id.UserId;
import dev.licet.core.identity.Caller;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who the current thread works for, and what they asked for: what the record of changes says of each. It goes with the
/// thread, as a request's id does, so that no change can be made and its maker be forgotten.
///
/// Made where a request comes in; the gate says who it is from. Safe for threads.
public final class Acting {
    public static final ScopedValue<Acting> CURRENT = ScopedValue.newInstance();

    private static final int MAX_CALL = 200;

    private final String call;
    private final String address;
    private final String request;
    private volatile @Nullable Caller caller;

    /// @param call such as `POST /v1/keys` @param request its id
    public Acting(String call, String address, String request) {
        this.call = call.length() > MAX_CALL ? call.substring(0, MAX_CALL) : call;
        this.address = address;
        this.request = request;
    }

    /// Says that the current request, if there is one, is this caller's. @return the same caller
    public static Caller as(Caller caller) {
        if (CURRENT.isBound()) {
            CURRENT.get().caller = caller;
        }
        return caller;
    }

    /// Who acts now; [By#NOBODY] where the server acts by itself.
    public static By current() {
        return CURRENT.isBound() ? CURRENT.get().by() : By.NOBODY;
    }

    private By by() {
        Optional<Caller> known = Optional.ofNullable(caller);
        return new By(
                known.flatMap(Caller::user),
                known.flatMap(Caller::application),
                known.flatMap(Caller::token),
                address,
                call,
                request);
    }

    /// @param call empty, as are the others, where the server acts by itself
    public record By(
            Optional<UserId> user,
            Optional<ApplicationId> application,
            Optional<TokenId> token,
            String address,
            String call,
            String request) {
        public static final By NOBODY = new By(Optional.empty(), Optional.empty(), Optional.empty(), "", "", "");
    }
}

package dev.licet.console;

import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Permission;
import java.time.ZoneId;

/// Who looks at a page.
///
/// @param csrf what has to come back with each change @param zone of the account
record Visitor(Caller caller, String username, String accountName, ZoneId zone, String csrf) {
    boolean may(Permission permission) {
        return caller.lacks(permission).isEmpty();
    }
}

package dev.licet.core.checkup;

/// What one thing is like that a server needs.
///
/// @param about the thing, in a word or two @param says what was seen
/// @param todo what the operator should do about it; empty where that is nothing
public record Finding(String about, State state, String says, String todo) {

    public enum State {
        OK,
        /// A server works, and its promises hold.
        WARNING,
        /// A server would not work, or not keep what it promises.
        BROKEN
    }

    public static Finding ok(String about, String says) {
        return new Finding(about, State.OK, says, "");
    }

    public static Finding warning(String about, String says, String todo) {
        return new Finding(about, State.WARNING, says, todo);
    }

    public static Finding broken(String about, String says, String todo) {
        return new Finding(about, State.BROKEN, says, todo);
    }
}

package dev.licet.proof;

/// Where a server was not as good as its word.
record Finding(Fault fault, Ledger.Kind kind, String what) {
    enum Fault {
        /// It was acknowledged, and is not there.
        LOST,
        /// It is there more than once.
        DOUBLED,
        /// A part of a request is there.
        TORN,
        /// It is there with another content.
        ALTERED,
        /// It was refused, or never sent, and is there.
        UNASKED,
        /// A key, an id or a number was given to two.
        GIVEN_TWICE,
        /// An id or a number does not rise.
        OUT_OF_ORDER,
        /// A session that was logged out, or that nobody pinged for its time, is alive.
        LIVES_ON,
        /// An answer that no client can make sense of.
        STRANGE_ANSWER
    }

    @Override
    public String toString() {
        return fault + " (" + kind + "): " + what;
    }
}

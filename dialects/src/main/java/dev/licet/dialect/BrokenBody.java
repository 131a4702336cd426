package dev.licet.dialect;

import java.io.IOException;

/// There is no more of a body, though it is not at its end: the client is gone or too slow, or what it sends can't be
/// unpacked or is over a limit. Who lets it pass, as the cause of another exception or as it is, has the request
/// refused with its fault.
public final class BrokenBody extends IOException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    /// @param what for the log
    public BrokenBody(Fault fault, String what) {
        super(what);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}

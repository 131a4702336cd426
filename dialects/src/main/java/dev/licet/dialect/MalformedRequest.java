package dev.licet.dialect;

/// The caller's fault: a request that can't be read, or is over a limit. The text is for the log.
public final class MalformedRequest extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    public MalformedRequest(Fault fault, String what) {
        super(what);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}

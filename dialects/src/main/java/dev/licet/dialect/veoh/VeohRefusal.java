package dev.licet.dialect.veoh;

/// A check of this dialect's own that a request did not pass.
final class VeohRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient VeohError error;

    VeohRefusal(VeohError error) {
        super(error.text());
        this.error = error;
    }

    VeohError error() {
        return error;
    }
}

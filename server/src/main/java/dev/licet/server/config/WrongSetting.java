package dev.licet.server.config;

/// A setting that stops the start. The text is for the operator.
public final class WrongSetting extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public WrongSetting(String message) {
        super(message);
    }
}

package dev.licet.core.offline;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Lines of a name and a value, and the signature of all bytes before it. For one thread.
public final class SignedText {
    private final StringBuilder text;

    /// @param first the line that says what it is
    public SignedText(String first) {
        this.text = new StringBuilder(first);
    }

    /// @param value of one line
    public SignedText line(String name, String value) {
        text.append('\n').append(name).append(": ").append(value);
        return this;
    }

    /// Of a value that may be any text: as in a form.
    public SignedText encoded(String name, String value) {
        return line(name, encoded(value));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// The whole text. Nothing is added to it afterwards.
    public String signed(FileKey signer) {
        line("signed-with", signer.name());
        byte[] signature = signer.pair().sign(text.toString().getBytes(StandardCharsets.UTF_8));
        line("signature", Base64.getEncoder().encodeToString(signature));
        return text.append('\n').toString();
    }
}

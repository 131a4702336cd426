package dev.licet.dialect;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Text out of bytes that anybody may have sent.
public final class Texts {
    private Texts() {}

    /// The text that these bytes spell in UTF-8, which has to be valid and without a NUL.
    public static String utf8(byte[] bytes, int from, int length) {
        if (isPlain(bytes, from, length)) {
            return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        try {
            CharBuffer text = decoder.decode(ByteBuffer.wrap(bytes, from, length));
            return clean(text.toString());
        } catch (CharacterCodingException e) {
            throw new MalformedRequest(Fault.MALFORMED, "not UTF-8");
        }
    }

    /// Whether it is ASCII without a NUL, as nearly all of it is.
    private static boolean isPlain(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (bytes[i] <= 0) {
                return false;
            }
        }
        return true;
    }

    /// The text itself, unless it has a NUL or half a surrogate pair (as JSON escapes can spell).
    public static String clean(String text) {
        if (!isClean(text)) {
            throw new MalformedRequest(Fault.MALFORMED, "a NUL or half a surrogate pair in a text");
        }
        return text;
    }

    /// Whether a text has no NUL and no half of a surrogate pair.
    public static boolean isClean(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    /// Refuses a text of more code points than that.
    public static String atMost(int codePoints, String text) {
        if (text.length() > codePoints && text.codePointCount(0, text.length()) > codePoints) {
            throw new MalformedRequest(Fault.TOO_LARGE, "a text of more than " + codePoints + " characters");
        }
        return text;
    }

    /// Refuses a text of more bytes in UTF-8 than that.
    public static String atMostBytes(int bytes, String text) {
        if (text.length() > bytes || text.length() > bytes / 3 && utf8Length(text) > bytes) {
            throw new MalformedRequest(Fault.TOO_LARGE, "a text of more than " + bytes + " bytes");
        }
        return text;
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}

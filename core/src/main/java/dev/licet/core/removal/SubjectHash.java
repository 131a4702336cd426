package dev.licet.core.removal;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.license.KeyForm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What is kept of the name of a machine, key or user whose events were erased: enough to know it again,
/// not to read it. SHA-256 of [#prefix] and the name, in UTF-8, as hexadecimal digits.
public record SubjectHash(String salt, String sha256) {

    public static SubjectHash of(String salt, AccountNumber account, Removal.Kind kind, String name) {
        String plain = kind == Removal.Kind.KEY ? KeyForm.plain(name) : name;
        try {
            byte[] bytes = (prefix(salt, account.toString(), kind) + plain).getBytes(StandardCharsets.UTF_8);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new SubjectHash(salt, HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// What is hashed before the name.
    public static String prefix(String salt, String account, Removal.Kind kind) {
        return salt + " " + account + " " + kind.label() + " ";
    }
}

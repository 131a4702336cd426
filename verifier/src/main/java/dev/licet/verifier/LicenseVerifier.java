package dev.licet.verifier;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Checks license files of a Licet server where there is no network, and keeps the record of what was used meanwhile.
///
/// One class that needs nothing but Java 17 or newer: copy it into a program, or depend on it. What it reads
/// is described in Licet's docs/offline.md, and the test vectors beside its tests hold for other languages,
/// too.
///
/// A program trusts the public keys that it is made with, and those that they vouch for. It is for one
/// product: a file of another is refused, so that there is no check that a caller could forget. Safe for
/// threads.
public final class LicenseVerifier {
    /// How far a clock may be behind what was seen before: clocks are set to the right time, too.
    public static final Duration TOLERANCE = Duration.ofMinutes(10);

    private static final String FIRST_LINE = "licet-license-file: 1";
    private static final String SIGNATURE = "\nsignature: ";
    private static final int MAX_LENGTH = 64 * 1024;
    private static final Duration WITNESS_STEP = Duration.ofMinutes(1);

    private final String product;
    private final Clock clock;
    private final Map<String, PublicKey> keys = new ConcurrentHashMap<>();

    /// @param product the only one whose files are good, such as `prd_1`
    /// @param keys what the server publishes at `/v1/file-keys`: by id, X.509 in Base64
    public LicenseVerifier(String product, Map<String, String> keys) {
        this(product, keys, Clock.systemUTC());
    }

    /// @param clock tells the time, for tests
    public LicenseVerifier(String product, Map<String, String> keys, Clock clock) {
        this.product = product;
        this.clock = clock;
        keys.forEach((id, key) -> this.keys.put(id, publicKey(key)));
    }

    /// Why a license file is not good.
    public enum Reason {
        /// It is no license file, or not a whole one.
        MALFORMED,
        /// It is signed with a key that this program does not know.
        UNKNOWN_KEY,
        /// It is not what the server signed.
        FORGED,
        OTHER_PRODUCT,
        OTHER_MACHINE,
        /// The file, or the license, has come to its end.
        EXPIRED,
        /// The machine's clock is behind what was seen before.
        CLOCK_SET_BACK,
        /// What was seen before was altered.
        WITNESS_ALTERED
    }

    /// A license file that is not good. Its message is for the log, its reason for the program.
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final Reason reason;

        Refused(Reason reason, String message) {
            super(message);
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }
    }

    /// What a good file says.
    ///
    /// @param id of the file @param validUntil from then on it takes a new one @param expiresAt when the
    /// license itself ends, if it does @param seat that the machine holds until [#validUntil], where it
    /// borrowed one
    public record License(
            String id,
            String account,
            String product,
            String key,
            String machine,
            Instant issuedAt,
            Instant validUntil,
            Optional<Instant> expiresAt,
            List<String> features,
            Optional<String> seat,
            byte[] secret) {

        public License {
            features = List.copyOf(features);
            secret = secret.clone();
        }

        /// Signs what the program itself writes: witnesses and the record of use.
        @Override
        public byte[] secret() {
            return secret.clone();
        }

        public boolean has(String feature) {
            return features.contains(feature);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof License && ((License) other).id.equals(id);
        }

        @Override
        public int hashCode() {
            return id.hashCode();
        }

        @Override
        public String toString() {
            return "license file " + id;
        }
    }

    /// Trusts a key that one of the trusted ones vouches for, as the server publishes it.
    ///
    /// @param endorsement the signature of that, in Base64
    public void trust(String id, String key, String endorsedBy, String endorsement) throws Refused {
        PublicKey by = known(endorsedBy);
        byte[] text = ("licet-file-key: 1\nid: " + id + "\nkey: " + key).getBytes(StandardCharsets.UTF_8);
        if (!isSignedBy(by, text, endorsement)) {
            throw new Refused(Reason.FORGED, "the key " + id + " is not vouched for by " + endorsedBy);
        }
        keys.put(id, publicKey(key));
    }

    /// Checks a file, without a witness: a clock that is set back is noticed only where it comes before the file was
    /// made.
    public License verify(String file, String machine) throws Refused {
        License license = read(file, machine);
        Instant now = clock.instant();
        refuseSetBack(now, license.issuedAt());
        refuseEnded(license, now, license.issuedAt());
        return license;
    }

    /// Checks a file, and that time goes on: the witness is a file of the program's own that remembers the latest time
    /// that was seen with this key on this machine.
    ///
    /// @throws IOException when the witness can't be read or written
    public synchronized License verify(String file, String machine, Path witness) throws Refused, IOException {
        License license = read(file, machine);
        Instant now = clock.instant();
        Optional<Instant> seen = seen(license, witness);
        Instant latest = seen.filter(license.issuedAt()::isBefore).orElse(license.issuedAt());
        refuseSetBack(now, latest);
        // That it has ended is remembered, too: else a clock that is set back would make it good again.
        boolean hasEnded = hasEnded(license, now);
        if (seen.isEmpty() || now.isAfter(seen.get().plus(hasEnded ? Duration.ZERO : WITNESS_STEP))) {
            write(license, witness, now.isAfter(latest) ? now : latest);
        }
        refuseEnded(license, now, latest);
        return license;
    }

    private static void refuseSetBack(Instant now, Instant latest) throws Refused {
        if (now.isBefore(latest.minus(TOLERANCE))) {
            throw new Refused(Reason.CLOCK_SET_BACK, "the clock says " + now + " and it was " + latest + " before");
        }
    }

    private static boolean hasEnded(License license, Instant now) {
        return !now.isBefore(license.validUntil())
                || license.expiresAt().filter(end -> !now.isBefore(end)).isPresent();
    }

    private static void refuseEnded(License license, Instant now, Instant latest) throws Refused {
        if (hasEnded(license, now.isAfter(latest) ? now : latest)) {
            throw new Refused(Reason.EXPIRED, "the file was good until " + license.validUntil());
        }
    }

    private License read(String file, String machine) throws Refused {
        String text = file.replace("\r\n", "\n").strip();
        int end = text.lastIndexOf(SIGNATURE);
        if (text.length() > MAX_LENGTH || !text.startsWith(FIRST_LINE + "\n") || end < 0) {
            throw new Refused(Reason.MALFORMED, "this is no license file");
        }
        Map<String, String> members = members(text.substring(FIRST_LINE.length() + 1, end));
        PublicKey key = known(member(members, "signed-with"));
        byte[] signed = text.substring(0, end).getBytes(StandardCharsets.UTF_8);
        if (!isSignedBy(key, signed, text.substring(end + SIGNATURE.length()))) {
            throw new Refused(Reason.FORGED, "the signature is not the server's");
        }
        License license = license(members);
        if (!license.product().equals(product)) {
            throw new Refused(Reason.OTHER_PRODUCT, "the file is for " + license.product());
        }
        if (!license.machine().equals(machine)) {
            throw new Refused(Reason.OTHER_MACHINE, "the file is for another machine");
        }
        return license;
    }

    private static Map<String, String> members(String lines) throws Refused {
        Map<String, String> members = new LinkedHashMap<>();
        for (String line : lines.split("\n", -1)) {
            int colon = line.indexOf(": ");
            if (colon < 1 || members.put(line.substring(0, colon), line.substring(colon + 2)) != null) {
                throw new Refused(Reason.MALFORMED, "a line of the file can't be read");
            }
        }
        return members;
    }

    private static License license(Map<String, String> members) throws Refused {
        try {
            List<String> features = new ArrayList<>();
            for (String feature : member(members, "features").split(",", -1)) {
                if (!feature.isEmpty()) {
                    features.add(decoded(feature));
                }
            }
            return new License(
                    member(members, "file"),
                    member(members, "account"),
                    member(members, "product"),
                    decoded(member(members, "key")),
                    decoded(member(members, "machine")),
                    Instant.parse(member(members, "issued-at")),
                    Instant.parse(member(members, "valid-until")),
                    Optional.ofNullable(members.get("expires-at")).map(Instant::parse),
                    features,
                    Optional.ofNullable(members.get("seat")),
                    Base64.getDecoder().decode(member(members, "secret")));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new Refused(Reason.MALFORMED, "a member of the file can't be read");
        }
    }

    private static String member(Map<String, String> members, String name) throws Refused {
        String member = members.get(name);
        if (member == null) {
            throw new Refused(Reason.MALFORMED, "the file has no " + name);
        }
        return member;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private PublicKey known(String id) throws Refused {
        PublicKey key = keys.get(id);
        if (key == null) {
            throw new Refused(Reason.UNKNOWN_KEY, "the key " + id + " is not trusted");
        }
        return key;
    }

    private static boolean isSignedBy(PublicKey key, byte[] text, String signature) {
        try {
            Signature verifying = Signature.getInstance("Ed25519");
            verifying.initVerify(key);
            verifying.update(text);
            byte[] decoded = Base64.getDecoder().decode(signature);
            // One signature has one text: what else decodes to it was altered.
            return Base64.getEncoder().encodeToString(decoded).equals(signature) && verifying.verify(decoded);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    private static PublicKey publicKey(String base64) {
        try {
            byte[] encoded = Base64.getDecoder().decode(base64);
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no public key of Ed25519", e);
        }
    }

    // The witness: the latest time that was seen, and a code that only who has the file can make.

    private static Optional<Instant> seen(License license, Path witness) throws Refused, IOException {
        String[] parts;
        try {
            parts = Files.readString(witness).strip().split(" ");
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        try {
            if (parts.length == 2 && isSame(parts[1], code(license, "witness " + parts[0]))) {
                return Optional.of(Instant.parse(parts[0]));
            }
        } catch (DateTimeException altered) {
            // told below
        }
        throw new Refused(Reason.WITNESS_ALTERED, witness + " is not what this program wrote");
    }

    private static void write(License license, Path witness, Instant seen) throws IOException {
        String text = seen.toString();
        Path next = witness.resolveSibling(witness.getFileName() + ".new");
        writeAndForce(next, text + " " + code(license, "witness " + text) + "\n", false);
        Files.move(next, witness, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void writeAndForce(Path file, String text, boolean append) throws IOException {
        try (FileChannel channel = append
                ? FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                : FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    // The record of use: a line for each, with a code of itself and, through the code of the line before, of all
    // before.

    /// Something that was used.
    ///
    /// @param name not blank; all texts have at most [#MAX_TEXT] characters and no NUL, as the server wants
    /// @param value what it was worth, in minor units of the currency
    public record Use(String name, Optional<String> feature, OptionalLong value, Optional<String> currency) {
        public static final int MAX_TEXT = 256;

        /// @throws IllegalArgumentException when the server would not take it
        public Use {
            if (name.isBlank() || isWrong(name)) {
                throw new IllegalArgumentException("no name of a use: " + name);
            }
            if (feature.filter(Use::isWrong).isPresent()
                    || currency.filter(Use::isWrong).isPresent()) {
                throw new IllegalArgumentException("no texts of a use: " + feature + ", " + currency);
            }
        }

        private static boolean isWrong(String text) {
            return text.codePointCount(0, text.length()) > MAX_TEXT || text.indexOf('\0') >= 0;
        }

        public static Use of(String name) {
            return new Use(name, Optional.empty(), OptionalLong.empty(), Optional.empty());
        }
    }

    /// Adds a line to the record of this key on this machine; it is on disk when this returns. One process at a time. A
    /// line that a crash left unfinished is taken away.
    public synchronized void record(License license, Path usage, Use use) throws Refused, IOException {
        List<String> lines = usageLines(usage);
        String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        String[] parts = last.split("\t", -1);
        long number = lines.isEmpty() ? 1 : number(parts) + 1;
        String before = lines.isEmpty() ? beginning(license) : parts[parts.length - 1];
        // Time does not go back in it, whatever the clock does.
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Instant at = lines.isEmpty() || now.isAfter(Instant.parse(parts[1])) ? now : Instant.parse(parts[1]);
        String line = String.join(
                "\t",
                Long.toString(number),
                at.toString(),
                encoded(use.name()),
                use.feature().map(LicenseVerifier::encoded).orElse(""),
                use.value().isPresent() ? Long.toString(use.value().getAsLong()) : "",
                use.currency().map(LicenseVerifier::encoded).orElse(""));
        writeAndForce(usage, line + "\t" + code(license, before + "\n" + line) + "\n", true);
    }

    /// The lines of a record from a number on, to be sent to `/v1/offline-usage`.
    public synchronized String usageFrom(Path usage, long number) throws Refused, IOException {
        StringBuilder lines = new StringBuilder();
        for (String line : usageLines(usage)) {
            if (number(line.split("\t", -1)) >= number) {
                lines.append(line).append('\n');
            }
        }
        return lines.toString();
    }

    private static long number(String[] parts) throws Refused {
        try {
            return Long.parseLong(parts[0]);
        } catch (NumberFormatException e) {
            throw new Refused(Reason.MALFORMED, "a line of the record of use can't be read");
        }
    }

    /// The whole lines; what is behind them is cut off.
    private static List<String> usageLines(Path usage) throws IOException {
        if (!Files.exists(usage)) {
            return List.of();
        }
        String text = Files.readString(usage);
        int end = text.lastIndexOf('\n') + 1;
        if (end < text.length()) {
            try (FileChannel channel = FileChannel.open(usage, StandardOpenOption.WRITE)) {
                channel.truncate(text.substring(0, end).getBytes(StandardCharsets.UTF_8).length);
                channel.force(true);
            }
        }
        return end == 0 ? List.of() : Arrays.asList(text.substring(0, end - 1).split("\n", -1));
    }

    private static String beginning(License license) {
        return code(license, "usage " + license.key() + " " + license.machine());
    }

    private static String code(License license, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(license.secret, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}

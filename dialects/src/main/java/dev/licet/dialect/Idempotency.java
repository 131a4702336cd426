package dev.licet.dialect;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.identity.Caller;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.KeptAnswers;
import dev.licet.core.once.RequestKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/// Makes requests with an `Idempotency-Key` count once, however often they are sent. Safe for threads.
///
/// A change that was made is not made again: its answer is given again, for 30 days. Answers can hold secrets that
/// are told only once, so they are kept encrypted under what the asker alone has: its key and its credential.
public final class Idempotency {
    private static final String HEADER = "Idempotency-Key";
    private static final int MAX_LENGTH = 255;
    private static final Duration KEPT = Duration.ofDays(30);
    private static final Duration FORGETTING_PAUSE = Duration.ofHours(1);
    private static final int NONCE_BYTES = 12;

    private final KeptAnswers keptAnswers;
    private final Limits limits;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final AtomicReference<Instant> forgotten = new AtomicReference<>(Instant.MIN);

    public Idempotency(KeptAnswers keptAnswers, Limits limits, Clock clock) {
        this.keptAnswers = keptAnswers;
        this.limits = limits;
        this.clock = clock;
    }

    /// Who asks.
    ///
    /// @param scope the same key of others is another one
    /// @param credential a secret that comes with each request of this scope, and never changes
    public record Asker(List<String> scope, String credential) {
        public static Asker of(Caller caller, String credential) {
            return new Asker(RequestKey.scope(caller), credential);
        }

        @Override
        public String toString() {
            return scope.toString();
        }
    }

    /// The answer to a request for a change, and whether it was made.
    public record Change(Answer answer, boolean made) {
        public static Change made(Answer answer) {
            return new Change(answer, true);
        }

        public static Change refused(Answer answer) {
            return new Change(answer, false);
        }
    }

    /// Whether a request carries a key, good or not.
    public static boolean hasKey(Request request) {
        return request.headers().has(HEADER);
    }

    /// The key of a request, if it carries one.
    ///
    /// @throws MalformedRequest when it is no key
    public Optional<RequestKey> key(Request request, List<String> scope) {
        return text(request).map(text -> RequestKey.of(scope, text, content(request)));
    }

    /// The key of a request whose body comes as a stream, if it carries one. It stands for what has no body: each part
    /// of the body that is stored has a [part][RequestKey#part] of it.
    ///
    /// @throws MalformedRequest when it is no key
    public Optional<RequestKey> keyOfStream(Request request, List<String> scope) {
        return text(request).map(text -> RequestKey.of(scope, text, Fingerprint.of(target(request))));
    }

    /// Answers a request for a change: the first time by making it, later by what was answered then.
    ///
    /// @param change runs in a transaction of the store, so it must not wait for other work
    /// @param refusal says no in the dialect's own form
    /// @throws MalformedRequest when the key is none
    public Answer answer(Request request, Asker asker, Supplier<Change> change, Function<Refusal, Answer> refusal) {
        Optional<String> text = text(request);
        if (text.isEmpty()) {
            return change.get().answer();
        }
        Instant now = clock.instant();
        forgetOld(now);
        RequestKey key = RequestKey.of(asker.scope(), text.get(), content(request));
        SecretKey secret = secret(text.get(), asker.credential(), key);
        Outcome<KeptAnswers.Kept> outcome = keptAnswers.once(key, now, () -> {
            Change done = change.get();
            return new KeptAnswers.Change(encrypted(secret, bytes(done.answer())), done.made());
        });
        return switch (outcome) {
            case Outcome.Refused<KeptAnswers.Kept>(Refusal no) -> refusal.apply(no);
            case Outcome.Success<KeptAnswers.Kept>(KeptAnswers.Kept kept) -> {
                Answer answer = answer(decrypted(secret, kept.answer()));
                yield kept.isAgain() ? answer.with("Idempotency-Replayed", "true") : answer;
            }
        };
    }

    private void forgetOld(Instant now) {
        Instant last = forgotten.get();
        if (last.plus(FORGETTING_PAUSE).isBefore(now) && forgotten.compareAndSet(last, now)) {
            keptAnswers.forgetKeptBefore(now.minus(KEPT));
        }
    }

    private static Optional<String> text(Request request) {
        Optional<String> text = request.headers().first(HEADER);
        if (text.isPresent()
                && (text.get().isBlank()
                        || text.get().length() > MAX_LENGTH
                        || request.headers().all(HEADER).size() > 1)) {
            throw new MalformedRequest(
                    Fault.MALFORMED, "an Idempotency-Key that is blank, given twice or over " + MAX_LENGTH + " long");
        }
        return text;
    }

    /// What is asked. A form of parts is taken apart: what stands between them differs each time it is sent.
    private Fingerprint content(Request request) {
        String target = target(request);
        if (!request.isMultipart()) {
            return Fingerprint.of(target, request.body());
        }
        List<String> parts = new ArrayList<>(List.of(target));
        for (Parameters.Pair pair : Multipart.fields(request, limits).pairs()) {
            parts.add(pair.name());
            parts.add(pair.value());
        }
        return Fingerprint.of(parts.toArray(String[]::new));
    }

    private static String target(Request request) {
        return request.verb() + " " + request.path() + "?" + request.query().orElse("");
    }

    private static SecretKey secret(String key, String credential, RequestKey requestKey) {
        try {
            byte[] material = (key + "\0" + credential).getBytes(StandardCharsets.UTF_8);
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            "AES",
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(material)
                                    .addSalt(requestKey.name().toBytes())
                                    .thenExpand("kept answer".getBytes(StandardCharsets.UTF_8), 32));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HKDF", e);
        }
    }

    private byte[] encrypted(SecretKey secret, byte[] bytes) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] rest = crypt(Cipher.ENCRYPT_MODE, secret, nonce, bytes);
        return ByteBuffer.allocate(nonce.length + rest.length)
                .put(nonce)
                .put(rest)
                .array();
    }

    private static byte[] decrypted(SecretKey secret, byte[] kept) {
        return crypt(
                Cipher.DECRYPT_MODE,
                secret,
                Arrays.copyOf(kept, NONCE_BYTES),
                Arrays.copyOfRange(kept, NONCE_BYTES, kept.length));
    }

    private static byte[] crypt(int mode, SecretKey secret, byte[] nonce, byte[] bytes) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, secret, new GCMParameterSpec(128, nonce));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a kept answer can't be read", e);
        }
    }

    private static byte[] bytes(Answer answer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeShort(answer.status());
            out.writeShort(answer.headers().size());
            for (Map.Entry<String, String> header : answer.headers().entrySet()) {
                out.writeUTF(header.getKey());
                out.writeUTF(header.getValue());
            }
            out.write(answer.bytes());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static Answer answer(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int status = in.readUnsignedShort();
            int count = in.readUnsignedShort();
            Map<String, String> headers = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                headers.put(in.readUTF(), in.readUTF());
            }
            return new Answer(status, headers, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("a kept answer can't be read", e);
        }
    }
}

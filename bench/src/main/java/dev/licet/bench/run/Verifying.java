package dev.licet.bench.run;

import dev.licet.verifier.LicenseVerifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// `verify`: license files checked by the class that vendors copy, over the JDK's own check of the same signature.
final class Verifying implements Measure {

    @Override
    public String name() {
        return "verify";
    }

    @Override
    public String question() {
        return """
                How many license files a second does LicenseVerifier check, signature, product, machine and times, \
                without a witness and with one? On one thread, over the JDK's Ed25519 checking the same signature of \
                the same bytes with a key and a signature object that it keeps.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.ratio("without a witness", "files/s", "the JDK's Ed25519", Target.atLeast(0.8, 0.95)),
                Figure.ratio("with a witness", "files/s", "the JDK's Ed25519", Target.atLeast(0.8, 0.95)));
    }

    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String text = text();
        byte[] signed = text.getBytes(StandardCharsets.UTF_8);
        byte[] signature = sign(pair, signed);
        String file = text + "\nsignature: " + Base64.getEncoder().encodeToString(signature) + "\n";
        Map<String, String> keys = Map.of(
                "fky_1", Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));
        LicenseVerifier verifier = new LicenseVerifier("prd_1", keys);
        Path witness = kit.directory().resolve("witness");
        Work jdk = jdk(pair.getPublic(), signed, signature);
        Work plain = () -> verifier.verify(file, "machine");
        Work witnessed = () -> verifier.verify(file, "machine", witness);
        Duration length = Duration.ofSeconds(kit.options().seconds());
        for (Work work : List.of(jdk, plain, witnessed)) {
            perSecond(work, kit.options().warmUp().dividedBy(2));
        }
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                return List.of(
                        Contest.inTurn(yardstickFirst, () -> perSecond(jdk, length), () -> perSecond(plain, length)),
                        Contest.inTurn(
                                yardstickFirst, () -> perSecond(jdk, length), () -> perSecond(witnessed, length)));
            }

            @Override
            public void close() {
                // nothing runs
            }
        };
    }

    private static String text() {
        Instant now = Instant.now();
        return """
                licet-license-file: 1
                file: fil_1
                account: 100000000000001
                product: prd_1
                key: ABCDE-FGHJK-LMNPQ-RSTUV
                machine: machine
                issued-at: %s
                valid-until: %s
                features: F1,F8,export
                secret: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
                signed-with: fky_1""".formatted(now, now.plus(Duration.ofDays(30)));
    }

    private static byte[] sign(KeyPair pair, byte[] text) throws GeneralSecurityException {
        Signature signing = Signature.getInstance("Ed25519");
        signing.initSign(pair.getPrivate());
        signing.update(text);
        return signing.sign();
    }

    private static Work jdk(PublicKey key, byte[] text, byte[] signature) throws GeneralSecurityException {
        Signature verifying = Signature.getInstance("Ed25519");
        verifying.initVerify(key);
        return () -> {
            verifying.update(text);
            if (!verifying.verify(signature)) {
                throw new GeneralSecurityException("a good signature was refused");
            }
        };
    }

    private static double perSecond(Work work, Duration length) throws Exception {
        long begin = System.nanoTime();
        long now = begin;
        long count = 0;
        while (now - begin < length.toNanos()) {
            work.run();
            count++;
            now = System.nanoTime();
        }
        return count * 1e9 / (now - begin);
    }
}

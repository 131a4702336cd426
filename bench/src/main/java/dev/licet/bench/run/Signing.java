package dev.licet.bench.run;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The machine's own rate of RSA signatures: the JDK's SHA256withRSA with a key of 2,048 bits, on as many threads as
/// there are cores, each with a signature object that it keeps.
final class Signing {
    static final String ALGORITHM = "SHA256withRSA";
    private static final int BITS = 2048;

    private final PrivateKey key;

    Signing() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(BITS);
        this.key = generator.generateKeyPair().getPrivate();
    }

    /// A public key as the licensing clients read it.
    static PublicKey publicKey(String xml) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(number(xml, "Modulus"), number(xml, "Exponent")));
    }

    private static BigInteger number(String xml, String element) throws GeneralSecurityException {
        Matcher matcher =
                Pattern.compile("<" + element + ">(.*)</" + element + ">").matcher(xml);
        if (!matcher.find()) {
            throw new GeneralSecurityException("no " + element + " in " + xml);
        }
        return new BigInteger(1, Base64.getDecoder().decode(matcher.group(1)));
    }

    /// Signatures a second, of these bytes.
    double perSecond(byte[] signed, Duration length) throws ExecutionException, InterruptedException {
        int threads = Runtime.getRuntime().availableProcessors();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<Double>> rates = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                rates.add(executor.submit(() -> perSecondOnThisThread(signed, length)));
            }
            double sum = 0;
            for (Future<Double> rate : rates) {
                sum += rate.get();
            }
            return sum;
        }
    }

    private double perSecondOnThisThread(byte[] signed, Duration length) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(ALGORITHM);
        signature.initSign(key);
        long begin = System.nanoTime();
        long now = begin;
        long count = 0;
        while (now - begin < length.toNanos()) {
            signature.update(signed);
            signature.sign();
            count++;
            now = System.nanoTime();
        }
        return count * 1e9 / (now - begin);
    }
}

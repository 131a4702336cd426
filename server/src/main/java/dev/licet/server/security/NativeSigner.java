package dev.licet.server.security;

import static java.lang.System.Logger.Level.DEBUG;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import dev.licet.core.identity.Signer;
import dev.licet.core.identity.SigningKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Signs by AWS-LC where it runs, Linux on x86-64, which takes half of the JDK's time; elsewhere by the JDK. The
/// library
/// comes with the first signature: a start has better things to do. Safe for threads.
public final class NativeSigner implements Signer {
    private static final System.Logger LOG = System.getLogger(NativeSigner.class.getName());

    private static final class Library {
        private static final Optional<Provider> PROVIDER = load();

        private Library() {}

        private static Optional<Provider> load() {
            try {
                AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
                if (provider.getLoadingError() == null) {
                    return Optional.of(provider);
                }
                LOG.log(DEBUG, "signatures are the JDK's", provider.getLoadingError());
            } catch (LinkageError | RuntimeException e) {
                LOG.log(DEBUG, "signatures are the JDK's", e);
            }
            return Optional.empty();
        }
    }

    /// So many keys are kept as the library has them; when there are more, they are brought over anew.
    private static final int MOST_KEYS = 1000;

    /// By modulus. To bring a key over takes longer than to sign with it.
    private final Map<BigInteger, PrivateKey> keys = new ConcurrentHashMap<>();

    /// Whether it signs faster than the JDK here.
    boolean isNative() {
        return Library.PROVIDER.isPresent();
    }

    @Override
    public byte[] sign(SigningKey key, String algorithm, byte[] bytes) {
        if (Library.PROVIDER.isEmpty()) {
            return OF_THE_JDK.sign(key, algorithm, bytes);
        }
        try {
            Provider library = Library.PROVIDER.get();
            Signature signature = Signature.getInstance(algorithm, library);
            signature.initSign(broughtOver(key, library));
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the library can't sign by " + algorithm, e);
        }
    }

    private PrivateKey broughtOver(SigningKey key, Provider library) throws GeneralSecurityException {
        BigInteger modulus = key.publicKey().getModulus();
        PrivateKey known = keys.get(modulus);
        if (known != null) {
            return known;
        }
        if (keys.size() >= MOST_KEYS) {
            keys.clear();
        }
        PrivateKey brought = (PrivateKey) KeyFactory.getInstance("RSA", library).translateKey(key.privateKey());
        keys.put(modulus, brought);
        return brought;
    }
}

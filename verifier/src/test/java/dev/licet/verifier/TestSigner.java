package dev.licet.verifier;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// Signs as a server does, with a pair of its own.
final class TestSigner {
    final String name;
    private final KeyPair pair;

    TestSigner(String name) throws Exception {
        this.name = name;
        this.pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    String publicKey() {
        return Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
    }

    /// A good file; some members are given otherwise, or left out where the value is empty.
    String file(Map<String, String> otherwise) throws Exception {
        Map<String, String> members = new LinkedHashMap<>();
        members.put("file", "fil_1");
        members.put("account", "100000000000001");
        members.put("product", "prd_1");
        members.put("key", "ABCDE-FGHJK-LMNPQ-RSTUV");
        members.put("machine", "machine+1");
        members.put("issued-at", "2026-11-22T00:00:00Z");
        members.put("valid-until", "2026-12-22T00:00:00Z");
        members.put("features", "F1,F8,na%C3%AFve+export");
        members.put("secret", Base64.getEncoder().encodeToString(new byte[32]));
        members.put("signed-with", name);
        members.putAll(otherwise);
        String text = "licet-license-file: 1\n"
                + members.entrySet().stream()
                        .filter(member -> !member.getValue().isEmpty())
                        .map(member -> member.getKey() + ": " + member.getValue())
                        .collect(Collectors.joining("\n"));
        return text + "\nsignature: " + sign(text) + "\n";
    }

    String sign(String text) throws Exception {
        Signature signing = Signature.getInstance("Ed25519");
        signing.initSign(pair.getPrivate());
        signing.update(text.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(signing.sign());
    }
}

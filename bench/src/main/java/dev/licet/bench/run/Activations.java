package dev.licet.bench.run;

import dev.licet.bench.run.Licet.Credentials;
import dev.licet.bench.run.Wrk.Load;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `activation`: machines that a key is activated on, over the rate at which the machine signs.
final class Activations implements Measure {
    private static final String CREATE = "/api/key/CreateKey";
    private static final String ACTIVATE = "/api/key/Activate";
    /// Enough that some activations are signed while others wait for the disk.
    private static final int CONNECTIONS = 256;
    private static final int FEW_CONNECTIONS = 64;
    private static final int MACHINES = 5;
    /// As an answer of the run has on average.
    private static final int MACHINES_OF_THE_YARDSTICK = 3;
    private static final int KEYS_A_REQUEST = 1000;
    /// How many times faster than by its first rate the machine may turn out to sign before there are too few keys.
    private static final double SPARE = 1.5;

    private static final Map<String, String> HEADERS = Map.of("Content-Type", Bodies.FORM);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public String name() {
        return "activation";
    }

    @Override
    public String question() {
        return """
                How many activations a second does Licet answer, each checked, on disk and with a signature of its \
                own? Key/Activate as a form over plain HTTP, 256 connections with one request in flight each, \
                SignMethod=1 (the bytes of the key are signed by SHA256withRSA, 2,048 bits). Each request activates a \
                machine that is new, on keys for five machines that were made before, 300 in turn until each \
                has its five; the answer lists one to five. Over the rate at which this machine signs as many bytes \
                with such a key: the JDK's SHA256withRSA on as many threads as there are cores, while Licet is idle. \
                Licet itself signs by AWS-LC where that runs, which is faster.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.ratio("activations", "activations/s", "signatures alone", Target.atLeast(0.7, 0.85)),
                Figure.ratioForInformation("activations by 64 connections", "activations/s", "signatures alone"));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        Credentials credentials = Licet.initialise(kit, data);
        Licet licet = Licet.start(kit, data);
        HttpClient client = Probe.client();
        byte[] signed = signed(client, licet, credentials);
        Signing signing = new Signing();
        double signatures = signing.perSecond(signed, kit.options().warmUp());
        Duration length = Duration.ofSeconds(kit.options().seconds());
        kit.warmUp(
                load(kit, client, licet, credentials, signatures, kit.options().warmUp()), CONNECTIONS);
        licet.settle();
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) throws Exception {
                return List.of(pair(yardstickFirst, CONNECTIONS), pair(yardstickFirst, FEW_CONNECTIONS));
            }

            private Pair pair(boolean yardstickFirst, int connections) throws Exception {
                Load load = load(kit, client, licet, credentials, signatures, length);
                return Contest.inTurn(yardstickFirst, () -> signing.perSecond(signed, length), () -> {
                    double rate = kit.requestsPerSecond(load, connections);
                    licet.settle();
                    return rate;
                });
            }

            @Override
            public List<String> notes() {
                return List.of("signatures alone are of " + signed.length + " bytes: a key with "
                        + MACHINES_OF_THE_YARDSTICK + " machines");
            }

            @Override
            public void close() {
                client.close();
                licet.close();
            }
        };
    }

    /// As many activations as the machine could sign in this time, on keys that are made now. Licet is at rest then.
    private static Load load(
            Kit kit, HttpClient client, Licet licet, Credentials credentials, double signatures, Duration length)
            throws IOException, InterruptedException {
        double activations = SPARE * signatures * length.toSeconds();
        List<String> keys = new ArrayList<>();
        while (keys.size() * MACHINES < activations) {
            keys.addAll(create(client, licet, credentials));
        }
        licet.settle();
        return new Load(
                "activations.lua",
                licet.url(ACTIVATE),
                List.of(
                        Bodies.FORM,
                        form(credentials),
                        kit.file("keys", String.join("\n", keys) + "\n").toString(),
                        Integer.toString(MACHINES)),
                Duration.ZERO);
    }

    /// A thousand keys.
    private static List<String> create(HttpClient client, Licet licet, Credentials credentials)
            throws IOException, InterruptedException {
        Map<String, String> fields = Map.of(
                "token",
                credentials.accessToken(),
                "ProductId",
                Long.toString(credentials.product()),
                "MaxNoOfMachines",
                Integer.toString(MACHINES),
                "NoOfKeys",
                Integer.toString(KEYS_A_REQUEST),
                "format",
                "plaintext");
        String answer = Probe.post(client, licet.url(CREATE), Bodies.form(fields), HEADERS);
        return answer.lines().toList();
    }

    /// The fields that are the same for all, signed as clients ask for it.
    private static String form(Credentials credentials) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("token", credentials.accessToken());
        fields.put("ProductId", Long.toString(credentials.product()));
        fields.put("Sign", "True");
        fields.put("SignMethod", "1");
        return Bodies.form(fields);
    }

    /// What Licet signs for a key with a few machines. @throws IOException when they are not there, or it is not signed
    private static byte[] signed(HttpClient client, Licet licet, Credentials credentials)
            throws IOException, InterruptedException, GeneralSecurityException {
        String key = create(client, licet, credentials).getFirst();
        JsonNode answer = JSON.nullNode();
        for (int i = 1; i <= MACHINES_OF_THE_YARDSTICK; i++) {
            String machine = String.format(Locale.ROOT, "&Key=%s&MachineCode=%064x", key, i);
            answer = JSON.readTree(Probe.post(client, licet.url(ACTIVATE), form(credentials) + machine, HEADERS));
        }
        byte[] signed = Base64.getDecoder().decode(answer.path("licenseKey").asString());
        Signature signature = Signature.getInstance(Signing.ALGORITHM);
        signature.initVerify(Signing.publicKey(credentials.publicKeyXml()));
        signature.update(signed);
        if (!signature.verify(
                Base64.getDecoder().decode(answer.path("signature").asString()))) {
            throw new IOException("an activation without a valid signature: " + answer);
        }
        int machines = JSON.readTree(signed).path("ActivatedMachines").size();
        if (machines != MACHINES_OF_THE_YARDSTICK) {
            throw new IOException("not all machines are activated: " + answer);
        }
        return signed;
    }
}

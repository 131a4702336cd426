package dev.licet.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.licet.verifier.LicenseVerifier.License;
import dev.licet.verifier.LicenseVerifier.Reason;
import dev.licet.verifier.LicenseVerifier.Refused;
import dev.licet.verifier.LicenseVerifier.Use;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LicenseVerifierTest {
    private static final Instant ISSUED = Instant.parse("2026-11-22T00:00:00Z");
    private static final String MACHINE = "machine 1";

    @TempDir
    Path directory;

    private TestSigner signer;
    private Path witness;
    private Path usage;

    @BeforeEach
    void start() throws Exception {
        signer = new TestSigner("fky_1");
        witness = directory.resolve("witness");
        usage = directory.resolve("usage");
    }

    private LicenseVerifier at(Instant now) {
        return new LicenseVerifier("prd_1", Map.of(signer.name, signer.publicKey()), Clock.fixed(now, ZoneOffset.UTC));
    }

    private static Instant day(int day) {
        return ISSUED.plus(Duration.ofDays(day));
    }

    private Reason reason(Throwable thrown) {
        assertThat(thrown).isInstanceOf(Refused.class);
        return ((Refused) thrown).reason();
    }

    private Reason reason(LicenseVerifier verifier, String file) {
        try {
            verifier.verify(file, MACHINE);
            return fail("it was good");
        } catch (Refused e) {
            return e.reason();
        }
    }

    @Test
    void goodFile_saysWhatItGives() throws Exception {
        License license =
                at(day(1)).verify(signer.file(Map.of("seat", "seat_x", "expires-at", "2027-01-01T00:00:00Z")), MACHINE);

        assertThat(license.id()).isEqualTo("fil_1");
        assertThat(license.key()).isEqualTo("ABCDE-FGHJK-LMNPQ-RSTUV");
        assertThat(license.features()).containsExactly("F1", "F8", "naïve export");
        assertThat(license.has("naïve export")).isTrue();
        assertThat(license.validUntil()).isEqualTo(day(30));
        assertThat(license.expiresAt()).contains(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(license.seat()).contains("seat_x");
        assertThat(license.toString()).doesNotContain("ABCDE");
    }

    @Test
    void file_withLinesOfWindows_isTheSame() throws Exception {
        assertThat(at(day(1))
                        .verify(signer.file(Map.of()).replace("\n", "\r\n"), MACHINE)
                        .id())
                .isEqualTo("fil_1");
    }

    @Test
    void everyByteThatIsAltered_isNoticed() throws Exception {
        String file = signer.file(Map.of());
        Random random = new Random(1);
        for (int i = 0; i < file.length() - 1; i++) {
            char other = (char) (' ' + random.nextInt(95));
            String altered = file.substring(0, i) + other + file.substring(i + 1);
            if (altered.equals(file)) {
                continue;
            }
            String where = "byte " + i;
            assertThatThrownBy(() -> at(day(1)).verify(altered, MACHINE))
                    .as(where)
                    .isInstanceOf(Refused.class);
        }
    }

    @Test
    void everyCut_isNoticed() throws Exception {
        String file = signer.file(Map.of()).strip();
        for (int end = 0; end < file.length(); end++) {
            String cut = file.substring(0, end);
            assertThatThrownBy(() -> at(day(1)).verify(cut, MACHINE)).isInstanceOf(Refused.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "licet-license-file: 1",
                "licet-license-file: 1\nsignature: ",
                "licet-license-file: 2\na: b"
            })
    void whatIsNoFile_isMalformed(String text) {
        assertThat(reason(at(day(1)), text)).isEqualTo(Reason.MALFORMED);
    }

    @ParameterizedTest
    @CsvSource({
        "product, prd_2, OTHER_PRODUCT",
        "machine, machine+2, OTHER_MACHINE",
        "signed-with, fky_2, UNKNOWN_KEY",
        "valid-until, 2026-11-22T12:00:00Z, EXPIRED",
        "expires-at, 2026-11-22T12:00:00Z, EXPIRED",
        "valid-until, tomorrow, MALFORMED",
        "secret, '', MALFORMED",
        "features, %zz, MALFORMED",
        "issued-at, 2026-11-25T00:00:00Z, CLOCK_SET_BACK",
    })
    void file_thatIsSignedButNotGoodHere_saysWhy(String member, String value, Reason why) throws Exception {
        assertThat(reason(at(day(1)), signer.file(Map.of(member, value)))).isEqualTo(why);
    }

    @Test
    void file_ofAnotherVendorsKey_isForged() throws Exception {
        TestSigner other = new TestSigner("fky_1");
        assertThat(reason(at(day(1)), other.file(Map.of()))).isEqualTo(Reason.FORGED);
    }

    @Test
    void file_isGoodUntilItsEnd_toTheInstant() throws Exception {
        String file = signer.file(Map.of());
        assertThat(at(day(30).minusNanos(1)).verify(file, MACHINE).id()).isEqualTo("fil_1");
        assertThat(reason(at(day(30)), file)).isEqualTo(Reason.EXPIRED);
    }

    @Test
    void clock_thatIsSetBack_isNoticedByTheWitness() throws Exception {
        String file = signer.file(Map.of());
        at(day(20)).verify(file, MACHINE, witness);

        assertThatThrownBy(() -> at(day(1)).verify(file, MACHINE, witness))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.CLOCK_SET_BACK));
        // A file that was good at the time of that clock is no good either.
        String newer = signer.file(Map.of("file", "fil_2", "valid-until", "2026-12-10T00:00:00Z"));
        assertThatThrownBy(() -> at(day(1)).verify(newer, MACHINE, witness))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.CLOCK_SET_BACK));
        assertThat(at(day(20).minusSeconds(60)).verify(file, MACHINE, witness).id())
                .isEqualTo("fil_1");
        assertThat(at(day(21)).verify(file, MACHINE, witness).id()).isEqualTo("fil_1");
    }

    @Test
    void clock_setBackWithinTheTolerance_doesNotKeepAnEndedFileAlive() throws Exception {
        String file = signer.file(Map.of());
        at(day(30).minusSeconds(1)).verify(file, MACHINE, witness);
        Files.writeString(witness, Files.readString(witness)); // as it was
        assertThatThrownBy(() -> at(day(30).plusSeconds(1)).verify(file, MACHINE, witness))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void fileThatWasSeenToEnd_isNotGoodAgain_whateverTheClock() throws Exception {
        String file = signer.file(Map.of());
        at(day(29)).verify(file, MACHINE, witness);
        assertThatThrownBy(() -> at(day(35)).verify(file, MACHINE, witness))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.EXPIRED));

        assertThatThrownBy(() -> at(day(29).plusSeconds(300)).verify(file, MACHINE, witness))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.CLOCK_SET_BACK));
        assertThatThrownBy(() -> at(day(35).minusSeconds(300)).verify(file, MACHINE, witness))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.EXPIRED));
    }

    @Test
    void manyThreads_withOneWitness_allFindTheFileGood() throws Exception {
        String file = signer.file(Map.of());
        Instant[] now = {day(1)};
        LicenseVerifier verifier = new LicenseVerifier("prd_1", Map.of(signer.name, signer.publicKey()), new Clock() {
            @Override
            public synchronized Instant instant() {
                now[0] = now[0].plus(Duration.ofMinutes(2));
                return now[0];
            }

            @Override
            public java.time.ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }
        });
        List<java.util.concurrent.Callable<License>> checks = new java.util.ArrayList<>();
        for (int i = 0; i < 200; i++) {
            checks.add(() -> verifier.verify(file, MACHINE, witness));
        }
        try (var threads = java.util.concurrent.Executors.newFixedThreadPool(16)) {
            for (var check : threads.invokeAll(checks)) {
                assertThat(check.get().id()).isEqualTo("fil_1");
            }
        }
    }

    @Test
    void use_thatTheServerWouldNotTake_isNotRecorded() {
        for (String name : List.of("", " ", "a\0b", "x".repeat(257))) {
            assertThatThrownBy(() -> Use.of(name)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Use.of("🎬".repeat(256)).name()).hasSize(512);
    }

    @Test
    void witness_thatIsAltered_isNoticed() throws Exception {
        String file = signer.file(Map.of());
        at(day(20)).verify(file, MACHINE, witness);
        Files.writeString(witness, Files.readString(witness).replace("2026-12-12", "2026-11-22"));

        assertThatThrownBy(() -> at(day(1)).verify(file, MACHINE, witness))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.WITNESS_ALTERED));
        Files.writeString(witness, "");
        assertThatThrownBy(() -> at(day(21)).verify(file, MACHINE, witness))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.WITNESS_ALTERED));
    }

    @Test
    void newKey_isTrustedIfATrustedOneVouchesForIt() throws Exception {
        TestSigner next = new TestSigner("fky_2");
        LicenseVerifier verifier = at(day(1));
        String endorsement = signer.sign("licet-file-key: 1\nid: fky_2\nkey: " + next.publicKey());
        assertThat(reason(verifier, next.file(Map.of()))).isEqualTo(Reason.UNKNOWN_KEY);

        assertThatThrownBy(() -> verifier.trust("fky_3", next.publicKey(), "fky_1", endorsement))
                .satisfies(thrown -> assertThat(reason(thrown)).isEqualTo(Reason.FORGED));
        verifier.trust("fky_2", next.publicKey(), "fky_1", endorsement);

        assertThat(verifier.verify(next.file(Map.of()), MACHINE).id()).isEqualTo("fil_1");
        assertThat(verifier.verify(signer.file(Map.of()), MACHINE).id()).isEqualTo("fil_1");
    }

    @Test
    void record_isAChain_thatGoesOnAfterATornLine() throws Exception {
        License license = at(day(1)).verify(signer.file(Map.of()), MACHINE);
        at(day(1)).record(license, usage, Use.of("export"));
        at(day(2))
                .record(
                        license,
                        usage,
                        new Use("naïve\tname\n", Optional.of("f"), OptionalLong.of(-5), Optional.of("EUR")));
        Files.writeString(usage, Files.readString(usage) + "3\t2026");
        // The clock is set back; time in the record is not.
        at(day(1)).record(license, usage, Use.of("again"));

        List<String> lines = Files.readAllLines(usage);
        assertThat(lines).hasSize(3).allMatch(line -> line.split("\t", -1).length == 7);
        assertThat(lines).extracting(line -> line.split("\t")[0]).containsExactly("1", "2", "3");
        assertThat(lines.get(2)).contains(day(2).toString());
        assertThat(at(day(3)).usageFrom(usage, 2)).isEqualTo(lines.get(1) + "\n" + lines.get(2) + "\n");
        assertThat(at(day(3)).usageFrom(directory.resolve("none"), 1)).isEmpty();
    }

    // The vectors: for verifiers in other languages, too.

    @Test
    void vectors_areReadAsTheySay() throws Exception {
        List<String> rows = resource("vectors/vectors.txt")
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .toList();
        for (String row : rows) {
            String[] parts = row.split("\\s*\\|\\s*");
            String file = resource("vectors/" + parts[0]);
            LicenseVerifier verifier = new LicenseVerifier(
                    parts[1],
                    Map.of("fky_1", resource("vectors/public-key.txt").strip()),
                    Clock.fixed(Instant.parse(parts[3]), ZoneOffset.UTC));
            String result;
            try {
                result = "good " + verifier.verify(file, parts[2]).id();
            } catch (Refused e) {
                result = e.reason().name();
            }
            assertThat(result).as(row).isEqualTo(parts[4]);
        }
        assertThat(rows).hasSizeGreaterThan(10);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = LicenseVerifierTest.class.getResourceAsStream("/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

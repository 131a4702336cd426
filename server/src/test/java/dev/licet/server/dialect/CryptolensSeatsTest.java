package dev.licet.server.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.licet.core.AtOnce;
import dev.licet.server.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Floating licenses as clients of the licensing service have them.
class CryptolensSeatsTest {
    private static final String LIMIT = "Cannot activate the new device as the limit has been reached.";

    @TempDir
    Path directory;

    private TestServer server;
    private String key;

    @BeforeEach
    void start() {
        server = TestServer.start(directory.resolve("data"));
        key = call("CreateKey", "&MaxNoOfMachines=2").get("key").stringValue();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JsonNode call(String method, String form) {
        return server.post(
                        true,
                        "/api/key/" + method,
                        server.token() + "&ProductId=" + server.first().productId() + form)
                .json();
    }

    private JsonNode activate(String machine, String form) {
        return call("Activate", "&Key=" + key + "&MachineCode=" + machine + "&Metadata=true" + form);
    }

    /// As the client has it: the machine that is shown, and how many seats are held.
    private String seat(String machine, String form) {
        JsonNode answer = activate(machine, "&FloatingTimeInterval=60" + form);
        if (answer.get("result").intValue() != 0) {
            return answer.get("message").stringValue();
        }
        JsonNode machines = answer.get("licenseKey").get("activatedMachines");
        assertThat(machines).hasSize(1);
        return machines.get(0).get("mid").stringValue() + " of "
                + answer.get("metadata").get("usedFloatingMachines").intValue();
    }

    @Test
    void seats_areHeldByMachines_upToTheLimit_andLapse() {
        assertThat(seat("a", "")).isEqualTo("floating:a of 1");
        server.clock().advance(Duration.ofSeconds(30));
        assertThat(seat("b", "")).isEqualTo("floating:b of 2");
        assertThat(seat("a", "")).isEqualTo("floating:a of 2");
        assertThat(seat("c", "")).isEqualTo(LIMIT);
        server.clock().advance(Duration.ofSeconds(59));
        assertThat(seat("c", "")).isEqualTo(LIMIT);
        server.clock().advance(Duration.ofSeconds(1));
        assertThat(seat("c", "")).isEqualTo("floating:c of 1");
    }

    @Test
    void overdraft_isMarked_andEndsAtItsOwnLimit() {
        seat("a", "");
        seat("b", "");
        assertThat(seat("c", "&MaxOverdraft=1")).isEqualTo("floating:overdraft:c of 3");
        assertThat(seat("d", "&MaxOverdraft=1")).isEqualTo(LIMIT);
        assertThat(call("Deactivate", "&Key=" + key + "&MachineCode=a&Floating=true")
                        .get("result")
                        .intValue())
                .isZero();
        assertThat(seat("c", "&MaxOverdraft=1")).isEqualTo("floating:c of 2");
    }

    @Test
    void seatsAndActivations_areCountedApart() {
        assertThat(activate("a", "").get("result").intValue()).isZero();
        assertThat(activate("b", "").get("result").intValue()).isZero();
        assertThat(seat("c", "")).isEqualTo("floating:c of 1");
        JsonNode metadata = activate("a", "").get("metadata");
        assertThat(metadata.get("activatedMachines").intValue()).isEqualTo(2);
        JsonNode shown = call("GetKey", "&Key=" + key + "&Metadata=true&FloatingTimeInterval=60");
        assertThat(shown.get("metadata").get("usedFloatingMachines").intValue()).isEqualTo(1);
        assertThat(shown.get("licenseKey").get("activatedMachines")).hasSize(2);
    }

    @Test
    void machineWithoutASeat_givesItBackAllTheSame_butNotOfABlockedKey() {
        assertThat(call("Deactivate", "&Key=" + key + "&MachineCode=nobody&Floating=true")
                        .get("result")
                        .intValue())
                .isZero();
        call("BlockKey", "&Key=" + key);
        assertThat(seat("a", "")).isEqualTo("The key is blocked and cannot be accessed.");
        assertThat(call("Deactivate", "&Key=" + key + "&MachineCode=a&Floating=true")
                        .get("message")
                        .stringValue())
                .isEqualTo("The key is blocked and cannot be accessed.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "&MachineCode=a&FloatingTimeInterval=-1x",
                "&MachineCode=a&FloatingTimeInterval=2592001",
                "&MachineCode=a&FloatingTimeInterval=99999999999",
                "&MachineCode=a&FloatingTimeInterval=60&MaxOverdraft=x",
                "&FloatingTimeInterval=60",
            })
    void wrongParameters_areRefused_andHoldNothing(String form) {
        JsonNode answer = call("Activate", "&Key=" + key + form);
        assertThat(answer.get("message").stringValue()).isEqualTo("The input parameters were incorrect.");
        assertThat(seat("z", "")).isEqualTo("floating:z of 1");
    }

    @Test
    void strangeMachineCodes_areMachinesOfTheirOwn() {
        List<String> codes = List.of("a", "A");
        codes.forEach(code -> assertThat(seat(code, "")).startsWith("floating:" + code + " of "));
        assertThat(seat("%E2%80%AEx", "")).isEqualTo(LIMIT);
        assertThat(seat("a%00", "")).isEqualTo("The input parameters were incorrect.");
    }

    @Test
    void manyMachinesAtOnce_getTwoSeats() {
        List<String> told = AtOnce.run(24, i -> seat("machine-" + i, ""));
        assertThat(told.stream().filter(text -> text.startsWith("floating:"))).hasSize(2);
        assertThat(told.stream().filter(LIMIT::equals)).hasSize(22);
    }
}

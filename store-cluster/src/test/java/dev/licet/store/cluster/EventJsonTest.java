package dev.licet.store.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.event.RecordedEvent;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventJsonTest {
    private static final AccountNumber ACCOUNT = new AccountNumber(123_456_789_012_345L);
    private static final Instant AT = Instant.parse("-4712-01-01T00:00:00.000001Z");
    private static final Instant RECEIVED = Instant.parse("2026-03-01T12:00:00.123456Z");

    @Test
    void whatIsWritten_isReadAsItWas() {
        RecordedEvent full = new RecordedEvent(
                Long.MAX_VALUE,
                RECEIVED,
                new UsageEvent(
                        ACCOUNT,
                        "rest",
                        Optional.of("id \"\\ \u0000"),
                        AT,
                        Optional.of("ü\n\t"),
                        Optional.of(""),
                        Optional.of(new ProductId(1)),
                        Optional.of("key"),
                        Optional.of("machine"),
                        Optional.of("end user"),
                        Optional.of("session 😀"),
                        Optional.of(new UserId(2)),
                        Optional.of(new ApplicationId(3)),
                        OptionalLong.of(Long.MIN_VALUE),
                        Optional.of("EUR"),
                        Optional.of("{\"a\": [1, \"\\u0000\"]}")));
        RecordedEvent empty = new RecordedEvent(
                1,
                RECEIVED,
                new UsageEvent(
                        ACCOUNT,
                        "",
                        Optional.empty(),
                        AT,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Optional.empty()));

        assertThat(EventJson.read(ByteBuffer.wrap(EventJson.write(full)))).isEqualTo(full);
        assertThat(EventJson.read(ByteBuffer.wrap(EventJson.write(empty)))).isEqualTo(empty);
    }

    @Test
    void fieldsOfLaterVersions_arePassedOver() {
        String json = "{\"id\":1,\"new\":{\"a\":[1,{}]},\"received\":2,\"account\":" + ACCOUNT
                + ",\"source\":\"rest\",\"time\":3,\"name\":null,\"more\":[true]}";

        RecordedEvent read = EventJson.read(StandardCharsets.UTF_8.encode(json));

        assertThat(read.id()).isEqualTo(1);
        assertThat(read.event().name()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1", "[]", "{", "{\"id\":1}", "{\"id\":1.5}", "not json", "{\"id\":99999999999999999999}"})
    void whatIsNoEvent_isRefused(String json) {
        assertThatThrownBy(() -> EventJson.read(StandardCharsets.UTF_8.encode(json)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

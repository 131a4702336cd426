package dev.licet.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.licet.core.TestClock;
import dev.licet.core.event.UsageEvent;
import dev.licet.core.once.Fingerprint;
import dev.licet.core.once.RequestKey;
import dev.licet.store.sql.entity.Micros;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EventCodecTest {

    @Test
    void decode_whatWasEncoded_isTheSame() {
        List<UsageEvent> events = List.of(TestEvents.event("one"), TestEvents.event("two"));
        RequestKey key = new RequestKey(Fingerprint.of("name"), Fingerprint.of("content"));

        assertThat(Decoded.of(EventCodec.encode(events, Optional.of(key)), 2))
                .isEqualTo(new Decoded(Optional.of(key), events));
        assertThat(Decoded.of(EventCodec.encode(events, Optional.empty()), 2))
                .isEqualTo(new Decoded(Optional.empty(), events));
    }

    @Test
    void decode_recordOfTheFirstVersion_isRead() throws Exception {
        Decoded decoded = Decoded.of(firstVersion(), 1);

        assertThat(decoded.requestKey()).isEmpty();
        assertThat(decoded.events())
                .containsExactly(new UsageEvent(
                        TestEvents.ACCOUNT,
                        "rest",
                        Optional.empty(),
                        TestClock.START,
                        Optional.of("play"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalLong.of(7),
                        Optional.empty(),
                        Optional.empty()));
    }

    /// One event as the first version wrote it.
    private static byte[] firstVersion() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(1);
            out.writeLong(TestEvents.ACCOUNT.value());
            out.writeInt(4);
            out.writeBytes("rest");
            out.writeLong(Micros.of(TestClock.START));
            out.writeBoolean(true); // name
            out.writeInt(4);
            out.writeBytes("play");
            out.write(new byte[6]); // feature, product, key, machine, user and application are absent
            out.writeBoolean(true); // value
            out.writeLong(7);
            out.write(new byte[2]); // currency and metadata are absent
        }
        return bytes.toByteArray();
    }

    @Test
    void decode_recordOfANewerVersion_saysSo() {
        byte[] payload = EventCodec.encode(List.of(TestEvents.event("one")), Optional.empty());
        payload[0]++;

        assertThatThrownBy(() -> Decoded.of(payload, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("newer version");
    }
}

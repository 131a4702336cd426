package dev.licet.store.embedded;

import dev.licet.core.event.UsageEvent;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.UserId;
import dev.licet.core.once.RequestKey;
import dev.licet.store.sql.entity.Micros;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What a record of the journal holds, as values.
record Decoded(Optional<RequestKey> requestKey, List<UsageEvent> events) {

    static Decoded of(byte[] payload, int count) {
        Events events = new Events(count);
        EventCodec.read(payload, count, events);
        return new Decoded(Optional.ofNullable(events.requestKey).map(EventCodec::requestKey), events.made);
    }

    /// Makes values of what a record holds.
    private static final class Events implements EventCodec.Sink<RuntimeException> {
        private final List<UsageEvent> made;
        private final List<Optional<Object>> fields = new ArrayList<>();
        private byte @Nullable [] requestKey;

        Events(int count) {
            made = new ArrayList<>(count);
        }

        @Override
        public void requestKey(byte @Nullable [] bytes) {
            requestKey = bytes;
        }

        @Override
        public void begin(long account) {
            fields.clear();
            number(account);
        }

        @Override
        public void number(long number) {
            fields.add(Optional.of(number));
        }

        @Override
        public void time(long micros) {
            fields.add(Optional.of(Micros.instant(micros)));
        }

        @Override
        public void text(byte[] from, int at, int length) {
            fields.add(Optional.of(new String(from, at, length, StandardCharsets.UTF_8)));
        }

        @Override
        public void absent() {
            fields.add(Optional.empty());
        }

        @Override
        public void end() {
            made.add(new UsageEvent(
                    new AccountNumber(number(0).orElseThrow()),
                    text(1).orElseThrow(),
                    text(13),
                    (Instant) fields.get(2).orElseThrow(),
                    text(3),
                    text(4),
                    number(5).map(ProductId::new),
                    text(6),
                    text(7),
                    text(14),
                    text(15),
                    number(8).map(UserId::new),
                    number(9).map(ApplicationId::new),
                    number(10).map(OptionalLong::of).orElseGet(OptionalLong::empty),
                    text(11),
                    text(12)));
        }

        private Optional<Long> number(int field) {
            return fields.get(field).map(Long.class::cast);
        }

        private Optional<String> text(int field) {
            return fields.get(field).map(String.class::cast);
        }
    }
}

package dev.licet.bench.front;

import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// Kafka, acks=all: the form is read as by the other peers, and its bytes are the record.
final class KafkaBackend implements Backend {
    private final KafkaProducer<byte[], byte[]> producer;

    KafkaBackend(String address) {
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, address, ProducerConfig.ACKS_CONFIG, "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.partitionsFor("events"); // waits for the broker, so that the first send needn't
    }

    @Override
    public void take(byte[] body, Consumer<@Nullable Throwable> done) {
        Event event = Event.ofForm(body);
        if (event.name() == null) {
            done.accept(new IllegalArgumentException("no EventName"));
            return;
        }
        producer.send(new ProducerRecord<>("events", body), (written, failure) -> done.accept(failure));
    }

    @Override
    public void close() {
        producer.close();
    }
}

package dev.licet.bench.run;

import dev.licet.bench.run.Wrk.Load;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `kafka`: the same single events to Kafka behind raw Netty.
final class KafkaPeer implements Measure {
    private static final String CLUSTER = "bGljZXQtYmVuY2gtMDAwMQ";

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public String question() {
        return """
                How many single events a second does Licet take, over Kafka with acks=all on one broker? Both get \
                RegisterEvent as a form over plain HTTP by 1,024 connections; Kafka stands behind raw Netty, which \
                reads the same form, sends its bytes as one record and answers when the broker has acknowledged it. \
                For information: one broker's acknowledgement means its page cache, Licet's means the disk.""";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.ratioForInformation("events", "events/s", "Kafka"));
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        Path data = kit.directory().resolve("data");
        Path body = kit.file("event", Bodies.event(Licet.initialise(kit, data)));
        int port = Probe.freePort();
        Server broker = broker(kit, port);
        Licet licet = Licet.start(kit, data);
        RawNetty front = RawNetty.start(kit, List.of("--backend", "kafka", "--to", "127.0.0.1:" + port));
        return LoadContest.warm(
                kit,
                licet,
                Load.same(front.url(Bodies.REGISTER_EVENT), Bodies.FORM, body),
                Load.same(licet.url(Bodies.REGISTER_EVENT), Bodies.FORM, body),
                List.of(SingleEvents.CONNECTIONS),
                List.of("Kafka 4.3.1, KRaft, one broker, acks=all, 6 partitions, producer's defaults otherwise"),
                front,
                broker);
    }

    /// One broker, which ends with what is closed.
    static Server broker(Kit kit, int port) throws IOException, InterruptedException {
        int controller = Probe.freePort();
        Path settings = kit.file("kafka.properties", """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%d
                listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
                controller.listener.names=CONTROLLER
                log.dirs=%s
                num.partitions=6
                auto.create.topics.enable=true
                offsets.topic.num.partitions=4
                offsets.topic.replication.factor=1
                """.formatted(
                        controller, port, controller, kit.directory().resolve("kafka")));
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + kit.options().heap(),
                "-cp",
                kit.peer("kafka") + "/*");
        Kit.Tool.run(
                Kit.START,
                Map.of(),
                with(java, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", settings.toString()));
        Server broker = Server.start(
                "kafka",
                kit.directory().resolve("kafka.log"),
                Map.of(),
                with(java, "kafka.Kafka", settings.toString()));
        broker.awaitListening(port, Kit.START);
        return broker;
    }

    private static List<String> with(List<String> first, String... rest) {
        List<String> all = new ArrayList<>(first);
        all.addAll(List.of(rest));
        return all;
    }
}

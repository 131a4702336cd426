package dev.licet.store.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// A Kafka of the tests' own: brokers that elect a controller among them, each a process that can be killed.
public final class KafkaServers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final String CLUSTER = Uuid.randomUuid().toString();
    private static Optional<KafkaServers> running = Optional.empty();

    private final Path directory;
    private final List<Integer> ports;
    private final List<Integer> controllers;
    private final List<Process> brokers = new ArrayList<>();
    private @Nullable Admin admin;

    private final List<String> more;

    private KafkaServers(int count, List<String> more) throws IOException {
        this.more = more;
        directory = Files.createTempDirectory("licet-kafka");
        List<Integer> free = freePorts(2 * count);
        ports = free.subList(0, count);
        controllers = free.subList(count, 2 * count);
    }

    /// The one broker that tests share. It ends with the process of the tests.
    public static synchronized KafkaServers shared() {
        try {
            if (running.isEmpty()) {
                running = Optional.of(start(1));
            }
            return running.get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Starts so many, and waits until they answer. @param more settings, as `name=value`
    public static KafkaServers start(int count, String... more) throws IOException, InterruptedException {
        KafkaServers servers = new KafkaServers(count, List.of(more));
        Runtime.getRuntime().addShutdownHook(new Thread(servers::close));
        List<Process> formats = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Files.writeString(servers.config(i), servers.settings(i));
            formats.add(servers.java(
                    i,
                    "kafka.tools.StorageTool",
                    "format",
                    "-t",
                    CLUSTER,
                    "-c",
                    servers.config(i).toString()));
        }
        for (Process format : formats) {
            if (!format.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || format.exitValue() != 0) {
                throw new IOException("can't format: " + servers.logs());
            }
        }
        for (int i = 0; i < count; i++) {
            servers.brokers.add(servers.broker(i));
        }
        servers.await(servers::isListening); // a client asks far too often before they do
        servers.await(() -> ask(servers.admin().describeCluster().nodes()).size() == count);
        return servers;
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private Path config(int broker) {
        return directory.resolve("broker-" + broker + ".properties");
    }

    private String settings(int broker) {
        String voters = IntStream.range(0, controllers.size())
                .mapToObj(i -> i + "@127.0.0.1:" + controllers.get(i))
                .collect(Collectors.joining(","));
        int copies = Math.min(3, controllers.size());
        return Map.ofEntries(
                        Map.entry("process.roles", "broker,controller"),
                        Map.entry("node.id", Integer.toString(broker)),
                        Map.entry("controller.quorum.voters", voters),
                        Map.entry(
                                "listeners",
                                "PLAINTEXT://127.0.0.1:" + ports.get(broker) + ",CONTROLLER://127.0.0.1:"
                                        + controllers.get(broker)),
                        Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                        Map.entry("controller.listener.names", "CONTROLLER"),
                        Map.entry(
                                "log.dirs", directory.resolve("data-" + broker).toString()),
                        Map.entry("group.initial.rebalance.delay.ms", "0"),
                        Map.entry("offsets.topic.num.partitions", "4"),
                        Map.entry("offsets.topic.replication.factor", Integer.toString(copies)),
                        Map.entry("transaction.state.log.num.partitions", "4"),
                        Map.entry("transaction.state.log.replication.factor", Integer.toString(copies)),
                        Map.entry("broker.session.timeout.ms", "3000"),
                        Map.entry("broker.heartbeat.interval.ms", "500"))
                .entrySet()
                .stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining("\n", "", "\n" + String.join("\n", more)));
    }

    private Process broker(int i) throws IOException {
        return java(i, "kafka.Kafka", config(i).toString());
    }

    private Process java(int broker, String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path")));
        all.addAll(List.of(command));
        return new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("broker-" + broker + ".log").toFile()))
                .start();
    }

    /// What is asked until it is so.
    private interface Condition {
        boolean isMet() throws ExecutionException, TimeoutException, IOException, InterruptedException;
    }

    private void await(Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end && brokers.stream().anyMatch(Process::isAlive)) {
            try {
                if (condition.isMet()) {
                    return;
                }
            } catch (ExecutionException | TimeoutException | IOException notYet) {
                // asked again
            }
            Thread.sleep(200);
        }
        throw new IOException("Kafka does not come to it: " + logs());
    }

    private String logs() throws IOException {
        StringBuilder logs = new StringBuilder();
        for (int i = 0; i < ports.size(); i++) {
            Path log = directory.resolve("broker-" + i + ".log");
            if (Files.exists(log)) {
                List<String> lines = Files.readAllLines(log);
                logs.append(String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size())));
            }
        }
        return logs.toString();
    }

    public String addresses() {
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    /// Ends one as a crash does.
    public void kill(int broker) throws InterruptedException {
        brokers.get(broker).destroyForcibly().waitFor();
    }

    /// Starts one again on what it has left.
    public void startAgain(int broker) throws IOException {
        brokers.set(broker, broker(broker));
    }

    /// Waits until all brokers have all of a topic again.
    public void awaitInSync(String topic) throws IOException, InterruptedException {
        await(() -> ask(admin().describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().stream()
                .allMatch(partition ->
                        partition.isr().size() == partition.replicas().size()));
    }

    /// Waits until so many members of a group have partitions.
    public void awaitSharing(String group, int members) throws IOException, InterruptedException {
        await(() -> ask(admin().describeConsumerGroups(List.of(group)).all()).get(group).members().stream()
                        .filter(member -> !member.assignment().topicPartitions().isEmpty())
                        .count()
                == members);
    }

    /// How many records a topic has got.
    public long records(String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> latest =
                ask(admin().describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().stream()
                        .collect(Collectors.toMap(
                                partition -> new TopicPartition(topic, partition.partition()),
                                partition -> OffsetSpec.latest()));
        return ask(admin().listOffsets(latest).all()).values().stream()
                .mapToLong(ListOffsetsResultInfo::offset)
                .sum();
    }

    private boolean isListening() throws IOException {
        for (int port : ports) {
            new Socket(InetAddress.getLoopbackAddress(), port).close();
        }
        return true;
    }

    private static <T> T ask(KafkaFuture<T> future) throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(ANSWER.toSeconds(), TimeUnit.SECONDS);
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(EventTopic.settings(addresses(), Map.of()));
        }
        return admin;
    }

    @Override
    public void close() {
        if (!Files.exists(directory)) {
            return; // it was closed, and this is the end of the process
        }
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
        brokers.forEach(Process::destroyForcibly);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Process broker : brokers) {
                broker.waitFor(10, TimeUnit.SECONDS);
            }
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

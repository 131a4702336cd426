package dev.licet.console;

import dev.licet.dialect.Answer;
import dev.licet.dialect.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The files that pages use: styles, scripts, the icon. Each is at an address that has a hash of it, so that browsers
/// keep it for ever. Safe for threads.
final class Assets {
    static final String PATH = "/console/assets/";

    private static final Map<String, String> TYPES = Map.of(
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private final Map<String, Optional<File>> files = new ConcurrentHashMap<>();

    private record File(Packed answer, String hash) {}

    /// The address of a file.
    String href(String name) {
        return PATH + file(name).orElseThrow().hash() + "/" + name;
    }

    /// @param path behind [#PATH]
    Optional<Answer> answer(Request request, String path) {
        String name = path.substring(path.indexOf('/') + 1);
        return file(name)
                .filter(file -> path.equals(file.hash() + "/" + name))
                .map(file -> file.answer().answer(request));
    }

    private Optional<File> file(String name) {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        return type == null || !name.matches("[a-z0-9.-]+")
                ? Optional.empty()
                : files.computeIfAbsent(name, known -> read(known, type));
    }

    private static Optional<File> read(String name, String type) {
        try (InputStream in = Assets.class.getResourceAsStream("assets/" + name)) {
            if (in == null) {
                return Optional.empty();
            }
            byte[] bytes = in.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            Answer answer = Answer.of(200, type, bytes)
                    .with("Cache-Control", "public, max-age=31536000, immutable")
                    .with("X-Content-Type-Options", "nosniff");
            return Optional.of(new File(Packed.of(answer), HexFormat.of().formatHex(digest, 0, 6)));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + name, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

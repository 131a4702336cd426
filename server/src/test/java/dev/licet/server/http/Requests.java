package dev.licet.server.http;

import dev.licet.server.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Bytes of requests as a test wants them, right or wrong, and what comes back of them.
final class Requests {
    static final String REGISTER = "/api/ai/RegisterEvent";
    static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
    static final String JSON = "Content-Type: application/json\r\n";

    private Requests() {}

    /// A char is a byte.
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// A POST of this body. @param headers each with its line end
    static byte[] post(String target, String headers, String body) {
        return bytes("POST " + target + " HTTP/1.1\r\nHost: licet\r\n" + headers + "Content-Length: " + body.length()
                + "\r\n\r\n" + body);
    }

    /// A right RegisterEvent of an event with this name.
    static byte[] register(TestServer server, String event) {
        return post(REGISTER, FORM, server.token() + "&EventName=" + event);
    }

    static byte[] get(String target) {
        return bytes("GET " + target + " HTTP/1.1\r\nHost: licet\r\n\r\n");
    }

    static void write(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    static void write(Socket socket, String text) throws IOException {
        write(socket, bytes(text));
    }

    /// What still comes until the server closes the connection.
    ///
    /// @throws SocketTimeoutException when it does not close in that time
    static String untilClosed(Socket socket, Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8192];
        while (true) {
            int left = (int) ((end - System.nanoTime()) / 1_000_000);
            if (left <= 0) {
                throw new SocketTimeoutException("still open; so far: " + all.toString(StandardCharsets.ISO_8859_1));
            }
            socket.setSoTimeout(left);
            int length = in.read(buffer);
            if (length < 0) {
                return all.toString(StandardCharsets.ISO_8859_1);
            }
            all.write(buffer, 0, length);
        }
    }

    /// Whether the server closes the connection in that time, with or without a last word.
    static boolean isClosed(Socket socket, Duration patience) {
        try {
            untilClosed(socket, patience);
            return true;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }
}

package dev.licet.server;

import dev.licet.core.RequestId;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// One line an event on standard error: time, level, request, class, what happened.
public final class Logging {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger OURS = Logger.getLogger("dev.licet");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Logging() {}

    /// @param level error, warning, info or debug; libraries log from warning on
    public static void start(String level) {
        for (Handler handler : ROOT.getHandlers()) {
            ROOT.removeHandler(handler);
        }
        Handler console = new ConsoleHandler();
        console.setLevel(Level.ALL);
        console.setFormatter(new Line());
        ROOT.addHandler(console);
        ROOT.setLevel(Level.WARNING);
        OURS.setLevel(
                switch (level) {
                    case "error" -> Level.SEVERE;
                    case "warning" -> Level.WARNING;
                    case "debug" -> Level.FINE;
                    default -> Level.INFO;
                });
    }

    /// While it lasts, nothing is logged.
    public interface Silence extends AutoCloseable {
        @Override
        void close();
    }

    /// For who tells all that there is to tell.
    public static Silence silence() {
        Level all = ROOT.getLevel();
        Level ours = OURS.getLevel();
        ROOT.setLevel(Level.OFF);
        OURS.setLevel(Level.OFF);
        return () -> {
            ROOT.setLevel(all);
            OURS.setLevel(ours);
        };
    }

    /// The JDK's, but it goes on logging while the process shuts down.
    public static final class LastingLogManager extends LogManager {
        @Override
        public void reset() {}
    }

    private static final class Line extends Formatter {
        @Override
        public String format(LogRecord record) {
            String name = record.getLoggerName() == null ? "" : record.getLoggerName();
            StringWriter line = new StringWriter();
            line.append(TIME.format(record.getInstant()))
                    .append(' ')
                    .append(level(record.getLevel()))
                    .append(' ')
                    .append(RequestId.current())
                    .append(' ')
                    .append(name.substring(name.lastIndexOf('.') + 1))
                    .append(": ")
                    .append(oneLine(formatMessage(record)))
                    .append(System.lineSeparator());
            if (record.getThrown() != null) {
                StringWriter trace = new StringWriter();
                record.getThrown().printStackTrace(new PrintWriter(trace, true));
                // Set in, so that a message with line breaks can't look like a line of its own.
                trace.toString()
                        .lines()
                        .forEach(each ->
                                line.append("    ").append(oneLine(each)).append(System.lineSeparator()));
            }
            return line.toString();
        }

        /// What a caller sent must not be able to write lines of its own.
        private static String oneLine(String message) {
            StringBuilder clean = new StringBuilder(message.length());
            message.codePoints()
                    .forEach(c ->
                            clean.appendCodePoint(Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? '?' : c));
            return clean.toString();
        }

        private static String level(Level level) {
            if (level.intValue() >= Level.SEVERE.intValue()) {
                return "ERROR";
            }
            if (level.intValue() >= Level.WARNING.intValue()) {
                return "WARN";
            }
            return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
        }
    }
}

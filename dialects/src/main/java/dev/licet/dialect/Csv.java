package dev.licet.dialect;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Records as RFC 4180 has them. A cell that a spreadsheet would take for a formula has an apostrophe before it, which
/// is taken off when it is read: so nothing is lost, also of a cell that began with apostrophes and such a sign.
public final class Csv {
    public static final String MEDIA_TYPE = "text/csv; charset=utf-8; header=present";

    /// What formulas begin with, and what spreadsheets pass over before them; the last four are of full width.
    private static final String FORMULA = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20";

    private static final char GUARD = '\'';

    private Csv() {}

    /// Adds a cell to a record. @param first whether it is the record's first
    public static void cell(StringBuilder record, boolean first, String text) {
        if (!first) {
            record.append(',');
        }
        boolean quoted = text.chars().anyMatch(c -> c == '"' || c == ',' || c == '\r' || c == '\n');
        if (quoted) {
            record.append('"');
        }
        if (startsFormula(text)) {
            record.append(GUARD);
        }
        record.append(quoted ? text.replace("\"", "\"\"") : text);
        if (quoted) {
            record.append('"');
        }
    }

    /// Adds a cell to a record as it is: a number.
    public static void number(StringBuilder record, boolean first, String number) {
        record.append(first ? "" : ",").append(number);
    }

    public static void end(StringBuilder record) {
        record.append("\r\n");
    }

    /// Whether it is apostrophes, or none, before a sign of a formula.
    private static boolean startsFormula(String text) {
        int i = 0;
        while (i < text.length() && text.charAt(i) == GUARD) {
            i++;
        }
        return i < text.length() && FORMULA.indexOf(text.charAt(i)) >= 0;
    }

    private static String unguarded(String text) {
        return !text.isEmpty() && text.charAt(0) == GUARD && startsFormula(text) ? text.substring(1) : text;
    }

    /// Reads records one at a time. For one thread.
    public static final class Records {
        private static final int END = -1;
        private static final int NOT_BEGUN = -2;

        private final Reader in;
        private final int longest;
        private final StringBuilder cell = new StringBuilder();
        private long line = 1;
        private int length;
        private int ahead = NOT_BEGUN;

        /// @param in is read in small steps, so it should have a buffer @param longest characters of a record
        public Records(Reader in, int longest) {
            this.in = in;
            this.longest = longest;
        }

        private void begin() throws IOException {
            ahead = in.read();
            if (ahead == '\ufeff') { // a byte order mark, as spreadsheets write it
                ahead = in.read();
            }
        }

        /// The line that the next record begins on, from 1.
        public long line() {
            return line;
        }

        /// The cells of the next record; empty at the end. Blank lines are passed over.
        ///
        /// @throws MalformedRequest when it is none
        public Optional<List<String>> next() throws IOException {
            if (ahead == NOT_BEGUN) {
                begin();
            }
            length = 0;
            while (ahead == '\r' || ahead == '\n') {
                take();
            }
            if (ahead == END) {
                return Optional.empty();
            }
            List<String> cells = new ArrayList<>();
            cells.add(cell());
            while (ahead == ',') {
                take();
                cells.add(cell());
            }
            if (ahead == '\r') {
                take();
            }
            if (ahead == '\n') {
                take();
            } else if (ahead != END) {
                throw wrong("a line ends in a carriage return alone");
            }
            return Optional.of(cells);
        }

        private String cell() throws IOException {
            cell.setLength(0);
            if (ahead == '"') {
                quoted();
            } else {
                while (ahead != ',' && ahead != '\r' && ahead != '\n' && ahead != END) {
                    if (ahead == '"') {
                        throw wrong("there is a quotation mark within a cell that has none around it");
                    }
                    cell.append(take());
                }
            }
            return unguarded(cell.toString());
        }

        private void quoted() throws IOException {
            take();
            while (true) {
                if (ahead == END) {
                    throw wrong("a quotation mark is not closed");
                }
                char c = take();
                if (c != '"') {
                    cell.append(c);
                } else if (ahead == '"') {
                    cell.append(take());
                } else if (ahead == ',' || ahead == '\r' || ahead == '\n' || ahead == END) {
                    return;
                } else {
                    throw wrong("something follows a closing quotation mark");
                }
            }
        }

        private char take() throws IOException {
            char taken = (char) ahead;
            if (++length > longest) {
                throw wrong("a record is longer than " + longest + " characters");
            }
            if (taken == '\n') {
                line++;
            }
            ahead = in.read();
            return taken;
        }

        private MalformedRequest wrong(String what) {
            return new MalformedRequest(Fault.MALFORMED, "line " + line + ": " + what);
        }
    }
}

package dev.licet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.licet.core.event.ExportedRows;
import dev.licet.dialect.Csv;
import dev.licet.dialect.MalformedRequest;
import dev.licet.server.Wiring;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The events of a file, each as one line of JSON that our own API takes for an event of the past. For one thread.
abstract class EventDocuments implements AutoCloseable {
    private static final JsonMapper MAPPER = new JsonMapper();
    /// More than any event of a server is.
    private static final int LONGEST = 32 << 20;

    private static final Set<String> NUMBERS = Set.of("position", "value");

    /// The next one; empty at the end.
    abstract Optional<byte[]> next() throws IOException;

    /// How much of the file is behind it, of 1.
    abstract double share();

    @Override
    public abstract void close() throws IOException;

    /// @param products ids as the file has them, and what they are to be
    static EventDocuments open(Path file, EventFormat format, Map<String, String> products) throws IOException {
        return switch (format) {
            case NDJSON -> new Lines(file, products);
            case CSV -> new Rows(new CsvRows(file), products);
            case PARQUET -> new Rows(Wiring.readParquet(file), products);
        };
    }

    /// A file that is read from its beginning.
    private static final class Counted extends FilterInputStream {
        private final long length;
        private long read;

        Counted(Path file) throws IOException {
            super(Files.newInputStream(file));
            this.length = Math.max(1, Files.size(file));
        }

        @Override
        public int read(byte[] into, int offset, int wanted) throws IOException {
            int count = in.read(into, offset, wanted);
            read += Math.max(0, count);
            return count;
        }

        double share() {
            return (double) read / length;
        }
    }

    /// Lines that are documents already.
    private static final class Lines extends EventDocuments {
        private final Counted file;
        private final InputStream in;
        private final Map<String, String> products;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Lines(Path path, Map<String, String> products) throws IOException {
            this.file = new Counted(path);
            this.in = new BufferedInputStream(file, 1 << 16);
            this.products = products;
        }

        @Override
        Optional<byte[]> next() throws IOException {
            line.reset();
            boolean isBlank = true;
            for (int b = in.read(); b >= 0 && (b != '\n' || isBlank); b = in.read()) {
                isBlank &= b == ' ' || b == '\t' || b == '\r' || b == '\n';
                line.write(b);
                if (line.size() > LONGEST) {
                    throw new IOException("a line is longer than " + LONGEST + " bytes");
                }
            }
            return isBlank ? Optional.empty() : Optional.of(renamed(line.toByteArray()));
        }

        private byte[] renamed(byte[] document) {
            if (products.isEmpty()) {
                return document;
            }
            try {
                if (MAPPER.readTree(document) instanceof ObjectNode object
                        && object.get("product") instanceof JsonNode product
                        && product.isString()) {
                    object.put("product", products.getOrDefault(product.stringValue(), product.stringValue()));
                    return MAPPER.writeValueAsBytes(object);
                }
            } catch (JacksonException e) {
                // what is wrong with it the API tells better
            }
            return document;
        }

        @Override
        double share() {
            return file.share();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /// Rows of a table.
    private static final class Rows extends EventDocuments {
        private final ExportedRows rows;
        private final Map<String, String> products;
        private long count;

        Rows(ExportedRows rows, Map<String, String> products) {
            this.rows = rows;
            this.products = products;
        }

        @Override
        Optional<byte[]> next() throws IOException {
            Optional<Map<String, String>> row = rows.next();
            count++;
            return row.map(cells -> MAPPER.writeValueAsBytes(document(cells)));
        }

        private ObjectNode document(Map<String, String> row) {
            ObjectNode document = MAPPER.createObjectNode();
            row.forEach((column, text) -> {
                if (NUMBERS.contains(column) && text.matches("-?[0-9]{1,18}|-?[0-9]{19}")) {
                    document.set(column, MAPPER.readTree(text));
                } else if (column.equals("product")) {
                    document.put(column, products.getOrDefault(text, text));
                } else {
                    document.put(column.equals("properties") ? "metadata" : column, text);
                }
            });
            return document;
        }

        @Override
        double share() {
            return rows instanceof CsvRows csv ? csv.file.share() : (double) count / Math.max(1, rows.total());
        }

        @Override
        public void close() throws IOException {
            rows.close();
        }
    }

    /// The records of a CSV file, whose first names the columns.
    private static final class CsvRows implements ExportedRows {
        private final Path path;
        private final Counted file;
        private final BufferedReader in;
        private final Csv.Records records;
        private final List<String> columns;

        CsvRows(Path path) throws IOException {
            this.path = path;
            this.file = new Counted(path);
            this.in = new BufferedReader(new InputStreamReader(file, UTF_8.newDecoder()), 1 << 16);
            this.records = new Csv.Records(in, LONGEST);
            this.columns = record().orElse(List.of());
        }

        private Optional<List<String>> record() throws IOException {
            try {
                return records.next();
            } catch (MalformedRequest e) {
                throw new IOException(path + " is not CSV: " + e.getMessage(), e);
            } catch (CharacterCodingException e) {
                throw new IOException(path + " is not UTF-8 near line " + records.line(), e);
            }
        }

        /// Not known before it is read.
        @Override
        public long total() {
            return 0;
        }

        @Override
        public Optional<Map<String, String>> next() throws IOException {
            long line = records.line();
            Optional<List<String>> cells = record();
            if (cells.isPresent() && cells.get().size() != columns.size()) {
                throw new IOException(path + ", line " + line + ": it has "
                        + cells.get().size() + " cells, and there are " + columns.size() + " columns");
            }
            return cells.map(this::byColumn);
        }

        private Map<String, String> byColumn(List<String> cells) {
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 0; i < columns.size(); i++) {
                if (!cells.get(i).isEmpty()) {
                    row.put(columns.get(i), cells.get(i));
                }
            }
            return row;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}

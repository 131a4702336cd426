package dev.licet.store.cluster;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// ClickHouse's engine as a library. A process has one directory of data at a time. Safe for threads.
final class LibChdb {
    private final MethodHandle connect;
    private final MethodHandle query;
    private final MethodHandle insert;
    private final MethodHandle append;
    private final MethodHandle done;
    private final MethodHandle insertError;
    private final MethodHandle destroyInsert;
    private final MethodHandle error;
    private final MethodHandle buffer;
    private final MethodHandle length;
    private final MethodHandle rowsRead;
    private final MethodHandle bytesRead;
    private final MethodHandle destroy;
    private final MethodHandle close;
    private final Path data;

    /// The engine's own words on what is wrong.
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }
    }

    /// @param data a directory, which is made if it is not there
    LibChdb(Path library, Path data) throws Failure {
        this.data = data;
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        connect = function(symbols, "chdb_connect", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
        query = function(
                symbols,
                "chdb_query_with_params_n",
                FunctionDescriptor.of(
                        ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS,
                        JAVA_LONG));
        insert = function(
                symbols,
                "chdb_stream_insert_n",
                FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG));
        append = function(symbols, "chdb_stream_append", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
        done = function(symbols, "chdb_stream_done", FunctionDescriptor.of(ADDRESS, ADDRESS));
        insertError = function(symbols, "chdb_stream_insert_error", FunctionDescriptor.of(ADDRESS, ADDRESS));
        destroyInsert = function(symbols, "chdb_destroy_insert_stream", FunctionDescriptor.ofVoid(ADDRESS));
        error = function(symbols, "chdb_result_error", FunctionDescriptor.of(ADDRESS, ADDRESS));
        buffer = function(symbols, "chdb_result_buffer", FunctionDescriptor.of(ADDRESS, ADDRESS));
        length = function(symbols, "chdb_result_length", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
        rowsRead = function(symbols, "chdb_result_storage_rows_read", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
        bytesRead = function(symbols, "chdb_result_storage_bytes_read", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
        destroy = function(symbols, "chdb_destroy_query_result", FunctionDescriptor.ofVoid(ADDRESS));
        close = function(symbols, "chdb_close_conn", FunctionDescriptor.ofVoid(ADDRESS));
        open(Map.of()); // never closed: the engine ends with the last connection
    }

    private static MethodHandle function(SymbolLookup symbols, String name, FunctionDescriptor types) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), types);
    }

    /// With settings of its own. For one thread at a time.
    final class Connection implements AutoCloseable {
        private final MemorySegment handle;
        private long rows;
        private long bytes;

        private Connection(MemorySegment handle) {
            this.handle = handle;
        }

        /// @param parameters by their names, each as text with escapes
        byte[] query(byte[] sql, String format, Map<String, byte[]> parameters) throws Failure {
            try (Arena arena = Arena.ofConfined()) {
                byte[] ofFormat = format.getBytes(StandardCharsets.UTF_8);
                List<byte[]> names = new ArrayList<>();
                List<byte[]> values = new ArrayList<>();
                parameters.forEach((name, value) -> {
                    names.add(name.getBytes(StandardCharsets.UTF_8));
                    values.add(value);
                });
                MemorySegment result = (MemorySegment) LibChdb.this.query.invokeExact(
                        handle.get(ADDRESS, 0),
                        bytes(arena, sql),
                        (long) sql.length,
                        bytes(arena, ofFormat),
                        (long) ofFormat.length,
                        texts(arena, names),
                        lengths(arena, names),
                        texts(arena, values),
                        lengths(arena, values),
                        (long) names.size());
                try {
                    return read(result);
                } finally {
                    destroy.invokeExact(result);
                }
            } catch (Failure e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        /// @param sql a statement that inserts, without its format
        void insert(byte[] sql, String format, byte[] data) throws Failure {
            try (Arena arena = Arena.ofConfined()) {
                byte[] ofFormat = format.getBytes(StandardCharsets.UTF_8);
                MemorySegment stream = (MemorySegment) insert.invokeExact(
                        handle.get(ADDRESS, 0), bytes(arena, sql), (long) sql.length, bytes(arena, ofFormat), (long)
                                ofFormat.length);
                try {
                    requireNone((MemorySegment) insertError.invokeExact(stream));
                    if ((int) append.invokeExact(stream, bytes(arena, data), (long) data.length) != 0) {
                        requireNone((MemorySegment) insertError.invokeExact(stream));
                        throw new Failure("Code: 1002. DB::Exception: the insert has failed");
                    }
                    MemorySegment result = (MemorySegment) done.invokeExact(stream);
                    try {
                        read(result);
                    } finally {
                        destroy.invokeExact(result);
                    }
                } finally {
                    destroyInsert.invokeExact(stream);
                }
            } catch (Failure e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        /// How many rows of tables the last statement has read.
        long rowsRead() {
            return rows;
        }

        long bytesRead() {
            return bytes;
        }

        private static void requireNone(MemorySegment message) throws Failure {
            if (!message.equals(MemorySegment.NULL)) {
                throw new Failure(message.reinterpret(Long.MAX_VALUE).getString(0));
            }
        }

        private byte[] read(MemorySegment result) throws Throwable {
            requireNone((MemorySegment) error.invokeExact(result));
            rows = (long) rowsRead.invokeExact(result);
            bytes = (long) bytesRead.invokeExact(result);
            long size = (long) length.invokeExact(result);
            return size == 0
                    ? new byte[0]
                    : ((MemorySegment) buffer.invokeExact(result))
                            .reinterpret(size)
                            .toArray(JAVA_BYTE);
        }

        @Override
        public void close() {
            try {
                close.invokeExact(handle);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }

    Connection open(Map<String, String> settings) throws Failure {
        try (Arena arena = Arena.ofConfined()) {
            List<String> arguments = new ArrayList<>(List.of("clickhouse", "--path=" + data));
            settings.forEach((name, value) -> arguments.add("--" + name + "=" + value));
            MemorySegment array = arena.allocate(MemoryLayout.sequenceLayout(arguments.size(), ADDRESS));
            for (int i = 0; i < arguments.size(); i++) {
                array.setAtIndex(ADDRESS, i, arena.allocateFrom(arguments.get(i)));
            }
            MemorySegment handle = (MemorySegment) connect.invokeExact(arguments.size(), array);
            if (handle.equals(MemorySegment.NULL)) {
                throw new Failure("Code: 115. DB::Exception: the settings are not taken: " + settings);
            }
            return new Connection(handle.reinterpret(ADDRESS.byteSize()));
        } catch (Failure e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MemorySegment bytes(Arena arena, byte[] bytes) {
        MemorySegment copy = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
        return copy;
    }

    private static MemorySegment texts(Arena arena, List<byte[]> texts) {
        MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(ADDRESS, i, bytes(arena, texts.get(i)));
        }
        return array;
    }

    private static MemorySegment lengths(Arena arena, List<byte[]> texts) {
        MemorySegment array = arena.allocate(JAVA_LONG, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(JAVA_LONG, i, texts.get(i).length);
        }
        return array;
    }
}

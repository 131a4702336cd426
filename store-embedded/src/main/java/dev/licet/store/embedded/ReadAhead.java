package dev.licet.store.embedded;

import dev.licet.store.embedded.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A file that is read from its start to its end: in large pieces, since a call to the system for each record would
/// take longer than all else that is done with it. A piece may be from before a writer wrote there. For one thread.
final class ReadAhead implements DiskFile {
    private static final int PIECE = 1 << 20;

    private final DiskFile file;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE).flip();
    private long pieceAt;
    private long size = -1;

    ReadAhead(DiskFile file) {
        this.file = file;
    }

    /// What is read next is as it is then.
    void forget() {
        piece.limit(0);
        size = -1;
    }

    @Override
    public int read(ByteBuffer bytes, long offset) throws IOException {
        if (bytes.remaining() >= PIECE) {
            return file.read(bytes, offset);
        }
        if (offset < pieceAt || offset >= pieceAt + piece.limit()) {
            piece.clear();
            pieceAt = offset;
            int read = file.read(piece, offset);
            piece.flip();
            if (read < 0) {
                return read;
            }
        }
        int from = (int) (offset - pieceAt);
        int length = Math.min(bytes.remaining(), piece.limit() - from);
        bytes.put(bytes.position(), piece, from, length).position(bytes.position() + length);
        return length;
    }

    @Override
    public long size() throws IOException {
        if (size < 0) {
            size = file.size();
        }
        return size;
    }

    @Override
    public int write(ByteBuffer bytes, long offset) throws IOException {
        forget();
        return file.write(bytes, offset);
    }

    @Override
    public void force() throws IOException {
        file.force();
    }

    @Override
    public void truncate(long size) throws IOException {
        forget();
        file.truncate(size);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

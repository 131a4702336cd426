package dev.licet.store.embedded;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.OSInfo;

/// SQLite itself, in machine code.
final class SqliteLibrary {
    /// The driver's own setting.
    private static final String PATH = "org.sqlite.lib.path";

    private SqliteLibrary() {}

    /// Has the driver take the library that the build put beside its jar. Where there is none, the driver unpacks one
    /// into the temporary directory at each start, and leaves it there after a kill.
    static void useBesideDriver() {
        try {
            Path jar = Path.of(SQLiteJDBCLoader.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path library = jar.resolveSibling("org/sqlite/native").resolve(OSInfo.getNativeLibFolderPathForCurrentOS());
            if (System.getProperty(PATH) == null && Files.isDirectory(library)) {
                System.setProperty(PATH, library.toString());
            }
        } catch (URISyntaxException noPlaceOnDisk) {
            // the driver does it its own way
        }
    }
}

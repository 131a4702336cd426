package dev.licet.dialect;

/// Paths as clients send them.
public final class Paths {
    private Paths() {}

    /// Without doubled slashes and without one at the end.
    public static String canonical(String path) {
        if (!path.contains("//") && (path.length() < 2 || !path.endsWith("/"))) {
            return path;
        }
        StringBuilder canonical = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c != '/' || canonical.isEmpty() || canonical.charAt(canonical.length() - 1) != '/') {
                canonical.append(c);
            }
        }
        if (canonical.length() > 1 && canonical.charAt(canonical.length() - 1) == '/') {
            canonical.setLength(canonical.length() - 1);
        }
        return canonical.toString();
    }
}

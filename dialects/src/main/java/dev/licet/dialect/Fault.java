package dev.licet.dialect;

/// Why a request was not answered by a use case.
public enum Fault {
    /// Broken escapes, bad UTF-8, a NUL, JSON that is cut: it can't be read.
    MALFORMED,
    /// Over a limit: the request line, the headers, the body, the number of parameters, a value.
    TOO_LARGE,
    /// It did not arrive in the time that a request is given.
    TOO_SLOW,
    /// Its body is packed in a way that is not known here: a Content-Encoding but gzip and zstd.
    UNKNOWN_ENCODING,
    /// Its HTTP verb is not one that its path takes.
    WRONG_VERB,
    /// Nothing answers at its path.
    UNKNOWN_PATH,
    /// The server can't take it now; the same request may pass later.
    UNAVAILABLE,
    /// The server only reads for now, and this would write. It may pass later.
    READ_ONLY,
    /// Our fault. The log says more, the answer does not.
    FAILED
}

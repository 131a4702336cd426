package dev.licet.server.http;

import dev.licet.dialect.Answer;
import dev.licet.dialect.Fault;

/// A fault in HTTP's own words, for paths that have no dialect.
final class PlainFaults {
    private PlainFaults() {}

    static Answer answer(Fault fault) {
        return switch (fault) {
            case MALFORMED -> Answer.text(400, "The request can't be read.");
            case TOO_LARGE -> Answer.text(413, "The request is over a limit of this server.");
            case TOO_SLOW -> Answer.text(408, "The request took too long to arrive.");
            case UNKNOWN_ENCODING -> Answer.text(415, "The body may be packed by gzip or zstd, and no other.");
            case WRONG_VERB -> Answer.text(405, "This path does not take that HTTP method.");
            case UNKNOWN_PATH -> Answer.text(404, "Nothing answers at this path.");
            case UNAVAILABLE -> Answer.text(503, "The service is temporarily unavailable.");
            case READ_ONLY -> Answer.text(503, "The service only reads while its data is moved.");
            case FAILED -> Answer.text(500, "The server failed. Its log says more.");
        };
    }
}

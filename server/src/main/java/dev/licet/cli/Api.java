package dev.licet.cli;

import tools.jackson.databind.JsonNode;

/// Our own JSON API, called in this process or over the network.
interface Api extends AutoCloseable {

    /// What the API answered, and whether it said yes.
    record Reply(int status, JsonNode body) {
        boolean isFine() {
            return status < 300;
        }
    }

    /// @param body JSON; empty for none
    Reply call(String verb, String pathAndQuery, String body);

    @Override
    void close();
}

package dev.licet.cli;

import java.util.Map;

/// Says what the data takes of the disk, and how long that goes well.
final class DiskCommand {
    private DiskCommand() {}

    static Command command() {
        return Target.command(
                "disk",
                "Say what the data takes of the disk, in bytes, and when it is full as events come.",
                (target, given) -> target.send("GET", "/v1/system/disk", Map.of()));
    }
}

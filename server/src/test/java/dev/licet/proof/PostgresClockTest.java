package dev.licet.proof;

import dev.licet.server.config.Setting;
import dev.licet.store.postgres.PostgresServer;
import java.util.Map;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.licet.store.postgres.PostgresServer#isToBeTried")
class PostgresClockTest extends ClockContract {
    @Override
    Map<Setting, String> profile() {
        return Map.of(Setting.POSTGRES, PostgresServer.address(directory), Setting.RETENTION, KEPT_LONG);
    }
}

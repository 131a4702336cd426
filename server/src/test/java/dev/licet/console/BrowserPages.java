package dev.licet.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import dev.licet.server.TestServer;
import dev.licet.server.config.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/// A real browser and a real server. Whatever a page logs as an error, asks of another host, or is refused by its own
/// policy, is kept as trouble.
final class BrowserPages implements AutoCloseable {
    private final TestServer server;
    private final Playwright playwright;
    private final Browser browser;
    private final List<String> trouble = new CopyOnWriteArrayList<>();

    private BrowserPages(TestServer server) {
        this.server = server;
        this.playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        this.browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium().orElseThrow())
                        .setArgs(List.of("--no-sandbox")));
    }

    private static Optional<Path> chromium() {
        return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Skips the test where there is no browser, unless the environment has `NEVER_SKIP_TESTS`.
    static BrowserPages open(Path data) {
        assumeTrue(
                chromium().isPresent() || System.getenv("NEVER_SKIP_TESTS") != null,
                "SKIPPED: there is no Chromium, so the pages were not tried; apt-get install chromium");
        TestServer server = TestServer.start(data, Map.of(Setting.DISK_FLOOR, "0"));
        server.clock().set(Clock.systemUTC().instant());
        return new BrowserPages(server);
    }

    TestServer server() {
        return server;
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.port() + path;
    }

    String secureUrl(String path) {
        return "https://127.0.0.1:" + server.tlsPort() + path;
    }

    Page page(int width, ColorScheme scheme) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, 900)
                .setColorScheme(scheme)
                .setAcceptDownloads(true)
                .setIgnoreHTTPSErrors(true)
                .setLocale("en-GB"));
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                trouble.add(page.url() + ": " + message.text());
            }
        });
        page.onPageError(error -> trouble.add(page.url() + ": " + error));
        page.onDialog(dialog -> {
            trouble.add(page.url() + ": opened a dialog of the browser: " + dialog.message());
            dialog.dismiss();
        });
        page.onRequest(request -> {
            if (Stream.of(url("/"), secureUrl("/"), "data:", "blob:").noneMatch(request.url()::startsWith)) {
                trouble.add(page.url() + " asks " + request.url());
            }
        });
        page.setDefaultTimeout(15_000);
        return page;
    }

    Page signedIn() {
        return signedIn(1440, ColorScheme.LIGHT);
    }

    Page signedIn(int width, ColorScheme scheme) {
        return signedIn(width, scheme, url("/console"));
    }

    Page signedInOverTls() {
        return signedIn(1440, ColorScheme.LIGHT, secureUrl("/console"));
    }

    private Page signedIn(int width, ColorScheme scheme, String console) {
        Page page = page(width, scheme);
        page.navigate(console);
        page.fill("#account", server.first().accountNumber());
        page.fill("#username", server.first().username());
        page.fill("#password", server.first().password());
        page.click("button[type=submit]");
        page.waitForURL(console);
        return page;
    }

    void assertNoTrouble() {
        assertThat(trouble).isEmpty();
    }

    /// Forgets what is expected to be told.
    void forgetTrouble() {
        trouble.clear();
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
        server.close();
    }
}

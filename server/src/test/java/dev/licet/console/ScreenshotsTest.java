package dev.licet.console;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import dev.licet.cli.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Makes the pictures of `docs/screens` anew, of the demo:
/// `./mvnw verify -Dtest=ScreenshotsTest -Dsurefire.failIfNoSpecifiedTests=false
/// -Dlicet.screens=docs/screens`.
class ScreenshotsTest {
    private static final Map<String, Integer> WIDTHS = Map.of("wide", 1440, "narrow", 390);

    @TempDir
    Path directory;

    @Test
    void pagesOfTheDemo() throws Exception {
        String target = System.getProperty("licet.screens", "");
        assumeTrue(!target.isEmpty(), "SKIPPED: pictures are made where -Dlicet.screens says");
        Path screens = Path.of("..").resolve(target);
        Files.createDirectories(screens);
        try (Processes.Running demo = Processes.start(
                        Processes.java(),
                        directory,
                        Map.of(),
                        "demo",
                        "--port",
                        "0",
                        "--tls-port",
                        "0",
                        "--events",
                        "200000",
                        "--data",
                        directory.resolve("data").toString())
                .awaitErr("serving http")) {
            demo.awaitOut("its newest events");
            Map<String, String> paths = paths(demo);
            try (Playwright playwright = Playwright.create(
                    new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")))) {
                Browser browser = playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(Path.of("/usr/bin/chromium"))
                                .setArgs(List.of("--no-sandbox")));
                for (Map.Entry<String, Integer> width : WIDTHS.entrySet()) {
                    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                        String suffix = width.getKey() + "-" + scheme.name().toLowerCase(Locale.ROOT);
                        take(browser, demo, paths, width.getValue(), scheme, screens, suffix);
                    }
                }
            }
            index(screens, paths);
        }
    }

    private static String printed(Processes.Running demo, String name) {
        return demo.outText().split(name + "='", 2)[1].split("'", 2)[0];
    }

    private static Map<String, String> paths(Processes.Running demo) {
        Map<String, String> paths = new LinkedHashMap<>();
        paths.put("overview", "/console");
        paths.put("explore", "/console/explore?kind=timeseries&by=feature&unit=day");
        paths.put("funnel", "/console/explore?kind=funnel&step0=open&step1=edit&step2=export&step3=share");
        paths.put("question", "/console/explore?kind=funnel&question=" + Visit.encoded("""
                {
                  "steps": [
                    {"name": "open", "filters": [{"field": "properties.os", "is": "windows"}]},
                    {"name": "export"}
                  ],
                  "by": "properties.version"
                }"""));
        paths.put("retention", "/console/explore?kind=retention&unit=week&of=machine");
        paths.put("paths", "/console/explore?kind=paths&of=machine");
        for (String page : Navigation.all()) {
            paths.putIfAbsent(page.equals("/console") ? "overview" : page.substring("/console/".length()), page);
        }
        paths.put("key", "/console/keys/key_2");
        paths.put("api", "/docs");
        paths.put("method", "/docs/veoh#veoh-people-logEvent");
        return paths;
    }

    private static void take(
            Browser browser,
            Processes.Running demo,
            Map<String, String> paths,
            int width,
            ColorScheme scheme,
            Path screens,
            String suffix) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, width > 1000 ? 900 : 800)
                .setColorScheme(scheme)
                .setLocale("en-GB"));
        Page page = context.newPage();
        String server = "http://127.0.0.1:" + demo.port("http");
        page.navigate(server + "/console");
        page.screenshot(picture(screens, "sign-in", suffix));
        page.fill("#account", printed(demo, "account_number"));
        page.fill("#username", printed(demo, "username"));
        page.fill("#password", printed(demo, "password"));
        page.click("button[type=submit]");
        page.waitForURL(server + "/console");
        paths.forEach((name, path) -> {
            page.navigate(server + path);
            PlaywrightAssertions.assertThat(page.locator(".waiting")).hasCount(0);
            page.waitForTimeout(300);
            page.screenshot(picture(screens, name, suffix));
        });
        context.close();
    }

    private static Page.ScreenshotOptions picture(Path screens, String name, String suffix) {
        return new Page.ScreenshotOptions().setPath(screens.resolve(name + "-" + suffix + ".png"));
    }

    private static void index(Path screens, Map<String, String> paths) throws IOException {
        StringBuilder page = new StringBuilder("""
                # The pages

                Of `./licet demo`, made by `ScreenshotsTest`. Wide and narrow, light and dark.

                """);
        List<String> names = new ArrayList<>(List.of("sign-in"));
        names.addAll(paths.keySet());
        for (String name : names) {
            page.append("## ").append(name).append("\n\n");
            for (String suffix : List.of("wide-light", "wide-dark", "narrow-light", "narrow-dark")) {
                page.append("<img src=\"")
                        .append(name)
                        .append('-')
                        .append(suffix)
                        .append(".png\" alt=\"")
                        .append(name)
                        .append(", ")
                        .append(suffix.replace('-', ' '))
                        .append("\" width=\"")
                        .append(suffix.startsWith("wide") ? 420 : 120)
                        .append("\"> ");
            }
            page.append("\n\n");
        }
        Files.writeString(screens.resolve("README.md"), page.toString());
    }
}

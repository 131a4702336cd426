package dev.licet.bench.run;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.licet.bench.run.Licet.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `pages`: when a browser shows the first of a console's page.
final class FirstContent implements Measure {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Map<String, String> PAGES = pages();
    private static final double ANSWERED_MS = 60_000;

    private static Map<String, String> pages() {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("overview", "/console");
        pages.put("explore", "/console/explore?kind=timeseries&by=feature&unit=day");
        pages.put("live", "/console/live");
        pages.put("keys", "/console/keys");
        pages.put("system", "/console/system");
        pages.put("API explorer", "/docs/cryptolens");
        return pages;
    }

    @Override
    public String name() {
        return "pages";
    }

    @Override
    public String question() {
        return """
                How long does a browser (headless Chromium, 1440 x 900, nothing in its cache but what the sign-in \
                brought) take from the start of a page's navigation to its first content, as the browser tells it, \
                with ten million events on the server?""";
    }

    @Override
    public List<Figure> figures() {
        return PAGES.keySet().stream()
                .map(page -> Figure.value(page, "s", Target.atMost(0.3, 0.15)))
                .toList();
    }

    @Override
    public Contest prepare(Kit kit) throws Exception {
        if (!Files.isExecutable(CHROMIUM)) {
            throw new IOException("there is no " + CHROMIUM + "; see bench/README.md");
        }
        Vendor vendor = Vendor.start(kit);
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        Browser browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of("--no-sandbox")));
        List<Double> whole = new ArrayList<>();
        return new Contest() {
            @Override
            public List<Pair> round(boolean yardstickFirst) {
                try (BrowserContext context =
                        browser.newContext(new Browser.NewContextOptions().setViewportSize(1440, 900))) {
                    Page page = signedIn(context, vendor);
                    return PAGES.entrySet().stream()
                            .map(shown -> Pair.alone(firstContent(page, shown.getKey(), shown.getValue())))
                            .toList();
                }
            }

            private double firstContent(Page page, String name, String path) {
                long began = System.nanoTime();
                page.navigate(vendor.licet().url(path));
                double seconds = ((Number) page.evaluate("""
                        () => new Promise(shown => new PerformanceObserver(list => {
                          const paint = list.getEntriesByName('first-contentful-paint')[0];
                          if (paint) shown(paint.startTime);
                        }).observe({type: 'paint', buffered: true}))""")).doubleValue() / 1000;
                PlaywrightAssertions.assertThat(page.locator(".waiting"))
                        .hasCount(0, new HasCountOptions().setTimeout(ANSWERED_MS));
                if (name.equals("overview")) {
                    whole.add((System.nanoTime() - began) / 1e9);
                }
                return seconds;
            }

            @Override
            public List<String> notes() {
                return List.of(
                        String.format(Locale.ROOT, "%,d events of one account", Vendor.events(kit)),
                        String.format(
                                Locale.ROOT,
                                "the overview with all of its numbers: %.2f s in the middle of the rounds",
                                Numbers.median(whole)),
                        "browser: " + browser.version());
            }

            @Override
            public void close() {
                browser.close();
                playwright.close();
                vendor.close();
            }
        };
    }

    private static Page signedIn(BrowserContext context, Vendor vendor) {
        Credentials credentials = vendor.credentials();
        String console = vendor.licet().url("/console");
        Page page = context.newPage();
        page.navigate(console);
        page.fill("#account", credentials.accountNumber());
        page.fill("#username", credentials.username());
        page.fill("#password", credentials.password());
        page.click("button[type=submit]");
        page.waitForURL(console);
        return page;
    }
}

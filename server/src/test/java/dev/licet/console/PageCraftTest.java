package dev.licet.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.LoadState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// All pages, with hostile texts in everything that has a text: they are shown as text, the layout stays whole, nothing
/// is in the way of those who can't see or point, and pages are light.
class PageCraftTest {
    /// A script, marks that turn the direction of text, and a word that is too long.
    private static final String HOSTILE =
            "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> \u202Eright to left\u202C ";

    /// So many of the pages are looked at in the dark, too: overview, explore, dashboards, live and lists.
    private static final int DARK = 10;

    private static final int MOST_BYTES = 150_000;

    @TempDir
    static Path directory;

    private static BrowserPages pages;
    private static final List<String> PATHS = new ArrayList<>();

    @BeforeAll
    static void open() {
        pages = BrowserPages.open(directory.resolve("data"));
        fill();
    }

    @AfterAll
    static void close() {
        if (pages != null) {
            pages.close();
        }
    }

    private static String hostile(int length) {
        return HOSTILE + "x".repeat(length - HOSTILE.length());
    }

    private static JsonNode make(String path, Map<String, Object> members) {
        return pages.server().manage("POST", path, Rest.text(tree(members)));
    }

    private static JsonNode tree(Map<String, Object> members) {
        return new tools.jackson.databind.ObjectMapper().valueToTree(members);
    }

    /// Something hostile on every list.
    private static void fill() {
        String name = hostile(100);
        String product = make("/v1/products", Map.of("name", name)).path("id").asString();
        String customer = make(
                        "/v1/customers",
                        Map.of("name", name, "email", name, "companyName", name, "notes", hostile(1000)))
                .path("id")
                .asString();
        JsonNode key = make(
                "/v1/keys",
                Map.of(
                        "product",
                        product,
                        "customer",
                        customer,
                        "notes",
                        hostile(500),
                        "maxMachines",
                        2,
                        "features",
                        List.of(hostile(80), "F1")));
        String text = key.path("key").asString();
        make("/v1/activations", Map.of("product", product, "key", text, "machine", hostile(100), "friendlyName", name));
        make(
                "/v1/seats",
                Map.of("product", product, "key", text, "machine", hostile(100), "user", name, "friendlyName", name));
        make("/v1/data-objects", Map.of("product", product, "key", text, "name", name, "text", hostile(10_000)));
        make("/v1/data-objects", Map.of("name", name, "text", hostile(10_000), "number", 7));
        String license = make(
                        "/v1/licenses",
                        Map.of(
                                "name",
                                name,
                                "type",
                                "rental",
                                "price",
                                Map.of("amount", "1.99", "currency", "USD"),
                                "term",
                                Map.of("count", 2, "unit", "day")))
                .path("id")
                .asString();
        String purchase = make(
                        "/v1/purchases", Map.of("license", license, "product", product, "title", name, "viewer", name))
                .path("id")
                .asString();
        make("/v1/templates", Map.of("product", product, "name", name));
        make("/v1/applications", Map.of("name", name, "quota", Map.of("calls", 10, "window", "PT1H")));
        make("/v1/tokens", Map.of("name", name));
        make("/v1/users", Map.of("username", "short"));
        make("/v1/erasures", Map.of("machine", "nobody", "reason", name));
        make("/v1/file-keys", Map.of());
        make(
                "/v1/events",
                Map.of(
                        "name", name,
                        "feature", name,
                        "machine", name,
                        "user", name,
                        "product", product,
                        "properties", Map.of("version", name)));
        String insight = make(
                        "/v1/saved-insights",
                        Map.of("name", name, "kind", "breakdown", "question", Map.of("by", "feature")))
                .path("id")
                .asString();
        String board = make("/v1/dashboards", Map.of("name", name, "insights", List.of(insight)))
                .path("id")
                .asString();
        PATHS.addAll(Navigation.all());
        PATHS.addAll(List.of(
                "/console/explore?kind=breakdown&by=feature",
                "/console/explore?kind=timeseries&by=name",
                "/console/explore?kind=breakdown&question="
                        + Visit.encoded("{\"by\": \"feature\", \"key\": \"" + "x".repeat(300) + "\"}"),
                "/console/dashboards/" + board,
                "/console/keys/" + key.path("id").asString(),
                "/console/products/" + product,
                "/console/customers/" + customer,
                "/console/licenses/" + license,
                "/console/purchases/" + purchase,
                "/docs",
                "/docs/rest",
                "/docs/veoh",
                "/docs/videntity",
                "/docs/cryptolens"));
    }

    private static void show(Page page, String path) {
        page.navigate(pages.url(path));
        if (path.equals("/console/live")) {
            page.waitForSelector("#live-state.good");
        } else {
            page.waitForLoadState(LoadState.DOMCONTENTLOADED);
            PlaywrightAssertions.assertThat(page.locator(".waiting")).hasCount(0);
        }
    }

    @Test
    void hostileTexts_areText_andTheLayoutStaysWhole() {
        Page page = pages.signedIn(360, ColorScheme.LIGHT);
        for (String path : PATHS) {
            show(page, path);
            assertWhole(page, path, 360);
        }
        page.navigate(pages.url("/console/products"));
        assertThat(page.locator("main").textContent()).contains("<script>alert(1)</script>");
        page.context().close();
        pages.assertNoTrouble();
    }

    private static void assertWhole(Page page, String path, int width) {
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                .as(path + " is wider than " + width)
                .isLessThanOrEqualTo(width);
        assertThat(page.locator("img").count()).as(path).isZero();
    }

    @Test
    void axe_findsNothing_inLightAndDark_andTheLayoutIsWholeOnAWideScreen() {
        List<String> found = new ArrayList<>();
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Page page = pages.signedIn(1600, scheme);
            // The dark has other colours and the same page, so a few pages have all that is coloured.
            for (String path : scheme == ColorScheme.LIGHT ? PATHS : PATHS.subList(0, DARK)) {
                show(page, path);
                assertWhole(page, path, 1600);
                found.addAll(findings(page, scheme + " " + path));
            }
            page.navigate(pages.url("/console/keys"));
            page.click("text=New keys");
            page.waitForSelector("#dialog form");
            found.addAll(findings(page, scheme + " the form of new keys"));
            page.context().close();
            Page signIn = pages.page(1280, scheme);
            show(signIn, "/console");
            found.addAll(findings(signIn, scheme + " the sign-in"));
            signIn.context().close();
        }
        assertThat(found).isEmpty();
    }

    private static List<String> findings(Page page, String where) {
        return new AxeBuilder(page)
                .analyze().getViolations().stream()
                        .map((Rule rule) -> where + ": " + rule.getId() + ", " + rule.getHelp() + " "
                                + rule.getNodes().stream()
                                        .limit(2)
                                        .map(node -> node.getHtml())
                                        .toList())
                        .toList();
    }

    @Test
    void page_isLight_withoutTheLibraryOfCharts() {
        Page page = pages.signedIn();
        List<Response> responses = new CopyOnWriteArrayList<>();
        page.context().close();
        for (String path : List.of("/console", "/console/keys", "/console/explore", "/docs/rest")) {
            Page fresh = pages.signedIn();
            responses.clear();
            fresh.onResponse(response -> {
                if (!response.url().contains("echarts")) {
                    responses.add(response);
                }
            });
            show(fresh, path);
            long bytes = responses.stream()
                    .mapToLong(response -> Long.parseLong(response.allHeaders().getOrDefault("content-length", "0")))
                    .sum();
            assertThat(bytes).as(path).isBetween(1L, (long) MOST_BYTES);
            fresh.context().close();
        }
    }
}

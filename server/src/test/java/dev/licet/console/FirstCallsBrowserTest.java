package dev.licet.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How somebody new comes to their first calls: by the overview's first steps, by the explorer's forms, by its code.
class FirstCallsBrowserTest {
    @TempDir
    Path directory;

    private BrowserPages pages;

    @BeforeEach
    void open() {
        pages = BrowserPages.open(directory.resolve("data"));
    }

    @AfterEach
    void close() {
        if (pages != null) {
            pages.assertNoTrouble();
            pages.close();
        }
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return out;
    }

    @Test
    void firstSteps_haveLinesThatWorkAsTheyStand() throws Exception {
        Page page = pages.signedIn();
        page.click("text=Fill in a token of mine");
        Locator event = page.locator(".steps li:has-text('Send the first event') code");
        assertThat(event).not().containsText("$access_token");
        assertThat(run(List.of("sh", "-c", event.textContent()))).contains("\"accepted\"");
        String seat =
                page.locator(".steps li:has-text('Take the first seat') code").textContent();
        assertThat(run(List.of("sh", "-c", seat))).contains("\"seat_");

        page.reload();

        // A fresh server has a key, so all three are done.
        assertThat(page.locator(".tile").first()).containsText("Events, 7 whole days");
        assertThat(page.locator(".steps")).hasCount(0);
    }

    /// Opens a method's form. @return its part of the page
    private static Locator method(Page page, String name) {
        Locator method = page.locator("details[id='" + name.replaceAll("[^A-Za-z0-9]+", "-") + "']");
        method.locator("summary").click();
        return method;
    }

    private static String answerTo(Locator method) {
        method.locator("button[type=submit]").click();
        Locator answer = method.locator(".exchange code").nth(1);
        answer.waitFor();
        return answer.textContent();
    }

    private Page explorer(String dialect) {
        Page page = pages.signedIn();
        page.navigate(pages.url("/docs/" + dialect));
        return lent(page);
    }

    /// Sessions take no password over plain HTTP.
    private Page secureExplorer(String dialect) {
        Page page = pages.signedInOverTls();
        page.navigate(pages.secureUrl("/docs/" + dialect));
        return lent(page);
    }

    private static Page lent(Page page) {
        page.click("#lend");
        assertThat(page.locator("#lent")).containsText("Filled in");
        return page;
    }

    @Test
    void explorer_sendsEachMethodOfTheSeedApis() {
        Page veoh = explorer("veoh");
        assertThat(answerTo(method(veoh, "veoh.people.logEvent"))).contains("stat=\"ok\"");
        assertThat(answerTo(method(veoh, "veoh.license.create"))).contains("stat=\"ok\"");

        Page videntity = secureExplorer("videntity");
        Locator login = method(videntity, "/session/login");
        login.locator("[name=password]").fill(pages.server().first().password());
        String session = answerTo(login).replaceAll("(?s).*<session_key>(.*)</session_key>.*", "$1");
        Locator ping = method(videntity, "/session/ping");
        ping.locator("[name=session_key]").fill(session);
        assertThat(answerTo(ping)).contains("<session_key>");
        Locator logout = method(videntity, "/session/logout");
        logout.locator("[name=session_key]").fill(session);
        assertThat(answerTo(logout)).contains("you logged out successfully");

        Page cryptolens = explorer("cryptolens");
        Locator register = method(cryptolens, "AI/RegisterEvent");
        register.locator("[name=ProductId]").fill("");
        register.locator("[name=Key]").fill("");
        assertThat(answerTo(register)).contains("\"result\": 0");
        Locator batch = method(cryptolens, "AI/RegisterEvents");
        batch.locator("[name=ProductId]").fill("");
        batch.locator("[name=Key]").fill("");
        assertThat(answerTo(batch)).contains("\"result\": 0");
    }

    @Test
    void explorer_sendsAMethodOfRest() {
        Page rest = explorer("rest");
        assertThat(answerTo(method(rest, "GET /v1/products"))).contains("prd_");
    }

    @Test
    void explorer_withoutASignIn_explainsAndIsRefused() {
        Page page = pages.page(1440, ColorScheme.LIGHT);
        page.navigate(pages.url("/docs"));
        page.click("a[href='/docs/rest']");
        Locator method = method(page, "GET /v1/keys");
        method.locator("button[type=submit]").click();
        assertThat(method.locator(".exchange")).containsText("401");
        pages.forgetTrouble(); // the browser tells of the status
    }

    @Test
    void explorersCode_runsInFourLanguages() throws Exception {
        Page page = explorer("veoh");
        Locator method = method(page, "veoh.people.logEvent");
        method.locator("[data-snippets]").click();
        Map<String, List<String>> tools = Map.of(
                "curl", List.of("sh"),
                "Java",
                        List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                                .toString()),
                "Python", List.of("python3"),
                "JavaScript", List.of("node"));
        Map<String, String> names = Map.of("curl", "a.sh", "Java", "A.java", "Python", "a.py", "JavaScript", "a.mjs");
        for (Map.Entry<String, List<String>> tool : tools.entrySet()) {
            String program = tool.getValue().getFirst();
            assumeTrue(
                    program.startsWith("/") || System.getenv("NEVER_SKIP_TESTS") != null || isThere(program),
                    "SKIPPED: " + program + " is not installed, so code in " + tool.getKey() + " was not tried");
            String code = method.locator(".snippets > div:has(p:text-is('" + tool.getKey() + "')) code")
                    .textContent();
            Path file = directory.resolve(names.get(tool.getKey()));
            Files.writeString(file, code);
            assertThat(run(Stream.concat(tool.getValue().stream(), Stream.of(file.toString()))
                            .toList()))
                    .as(tool.getKey())
                    .contains("stat=\"ok\"");
        }
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }
}

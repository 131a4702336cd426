package dev.licet.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What people do in the console, in a real browser.
class ConsoleBrowserTest {
    @TempDir
    static Path directory;

    private static BrowserPages pages;

    @BeforeAll
    static void open() {
        pages = BrowserPages.open(directory.resolve("data"));
    }

    @AfterAll
    static void close() {
        if (pages != null) {
            pages.close();
        }
    }

    @AfterEach
    void nothingWentWrongOnThePages() {
        pages.assertNoTrouble();
    }

    private static String product() {
        return "prd_" + pages.server().first().productId();
    }

    private static JsonNode api(String verb, String path, String body) {
        return pages.server().manage(verb, path, body);
    }

    private static void send(String name, String more) {
        api("POST", "/v1/events", "{\"name\":\"" + name + "\",\"product\":\"" + product() + "\"" + more + "}");
    }

    private static String by(String machine, Instant time) {
        return ",\"machine\":\"" + machine + "\",\"time\":\"" + time + "\"";
    }

    private static void submit(Page page) {
        page.click("#dialog button[type=submit]");
    }

    @Test
    void signIn_wrongPassword_isTold_andTheRightOneLeadsWhereOneWantedToGo() {
        Page page = pages.page(1440, ColorScheme.LIGHT);
        page.navigate(pages.url("/console/keys?search=abc"));
        page.fill("#account", pages.server().first().accountNumber());
        page.fill("#username", "admin");
        page.fill("#password", "wrong");
        page.click("button[type=submit]");
        assertThat(page.locator("[role=alert]")).containsText("don’t fit");
        pages.forgetTrouble(); // the browser tells of the status 401

        page.fill("#password", pages.server().first().password());
        page.click("button[type=submit]");

        page.waitForURL(pages.url("/console/keys?search=abc"));
        assertThat(page.locator("h1")).hasText("Keys");
        page.click("text=Sign out");
        assertThat(page.locator("#account")).isVisible();
        page.navigate(pages.url("/console/keys"));
        assertThat(page.locator("#account")).isVisible();
        page.context().close();
    }

    @Test
    void funnel_isBuiltAndSavedOnADashboard() {
        Instant now = pages.server().clock().instant();
        for (String machine : List.of("a", "b", "c")) {
            send("open", by(machine, now.minusSeconds(60)));
        }
        send("export", by("a", now.minusSeconds(30)));
        send("export", by("b", now.minusSeconds(30)));
        Page page = pages.signedIn();
        page.navigate(pages.url("/console/explore"));
        page.selectOption("#kind", "funnel");
        assertThat(page.locator("#unit")).isHidden();
        page.fill("[name=step0]", "open");
        page.fill("[name=step1]", "export");
        page.click("#question button[type=submit]");
        assertThat(page.locator("#answer figcaption")).hasText("How far they come");
        page.click("text=As a table");
        assertThat(page.locator("#answer tbody tr").nth(0)).containsText("3");
        assertThat(page.locator("#answer tbody tr").nth(1)).containsText("2");

        page.fill("#save-name", "To the export");
        page.selectOption("#board", "new");
        page.click("#save button[type=submit]");
        page.click("#saved a");

        assertThat(page.locator(".board h2")).hasText("To the export");
        assertThat(page.locator(".board canvas").first()).isVisible();
        page.context().close();
    }

    @Test
    void question_isTakenOverAsJson_andAskedWithMoreThanTheFormHas() {
        Instant now = pages.server().clock().instant();
        send("begin", by("a", now.minusSeconds(60)));
        send("finish", by("a", now.minusSeconds(30)));
        send("begin", by("b", now.minusSeconds(60)));
        Page page = pages.signedIn();
        page.navigate(pages.url("/console/explore?kind=funnel&step0=begin&step1=finish"));
        page.click("text=The question as JSON");

        page.fill(
                "#written",
                "{\"steps\":[{\"name\":\"begin\",\"filters\":[{\"field\":\"machine\",\"is\":[\"a\"]}]},{\"name\":\"finish\"}]}");
        page.click("#question button[type=submit]");
        page.click("text=As a table");
        assertThat(page.locator("#answer tbody tr").nth(0)).containsText("1");

        page.fill("#written", "no JSON");
        page.click("#question button[type=submit]");
        assertThat(page.locator("#answer")).containsText("must be one JSON object");
        page.context().close();
    }

    @Test
    void live_showsAnEventWithinASecondOfItsSending() {
        Page page = pages.signedIn();
        page.navigate(pages.url("/console/live?name=seen"));
        assertThat(page.locator("#live-state")).hasText("live");

        send("unseen", "");
        send("seen", ",\"machine\":\"right here\"");

        assertThat(page.locator("#live tbody tr"))
                .hasCount(1, new LocatorAssertions.HasCountOptions().setTimeout(1000));
        assertThat(page.locator("#live tbody tr")).containsText("right here");
        page.context().close();
    }

    @Test
    void key_isIssuedAndBlocked_andItsSeatIsReleased() {
        Page page = pages.signedIn();
        page.navigate(pages.url("/console/keys"));
        page.click("text=New keys");
        page.selectOption("#f-product", product());
        page.fill("#f-maxMachines", "1");
        page.fill("#f-notes", "for the test");
        submit(page);
        String key = page.locator("#dialog .secret code").textContent();
        page.click("#dialog [data-close]");
        page.click("a:has-text('" + key + "')");
        assertThat(page.locator("h1")).hasText(key);
        api("POST", "/v1/seats", "{\"product\":\"" + product() + "\",\"key\":\"" + key + "\",\"machine\":\"m1\"}");

        page.reload();
        page.click("text=Release");
        assertThat(page.locator("#dialog")).containsText("The seat of m1 is taken away");
        submit(page);
        assertThat(page.locator("#toast")).hasText("The seat is free.");
        assertThat(page.locator("main")).containsText("Nobody holds a seat");

        page.click("button:has-text('Block')");
        assertThat(page.locator("#dialog")).containsText(key + " runs nowhere from then on");
        submit(page);
        assertThat(page.locator(".badge.bad")).hasText("blocked");
        assertThat(api("GET", "/v1/keys?search=" + key, "")
                        .at("/data/0/blocked")
                        .asBoolean())
                .isTrue();
        page.context().close();
    }

    @Test
    void formOfAChange_sendsWhatWasChangedAndNothingElse() {
        String customer =
                api("POST", "/v1/customers", "{\"name\":\"Ann\"}").get("id").asString();
        String path = "/v1/keys/"
                + api(
                                "POST",
                                "/v1/keys",
                                "{\"product\":\"" + product() + "\",\"customer\":\"" + customer
                                        + "\",\"expiresAt\":\"2027-10-31T00:30:00.123456Z\",\"features\":[\"a,b\"]}")
                        .get("id")
                        .asString();
        JsonNode before = api("GET", path, "");
        Page page = pages.signedIn();
        page.navigate(pages.url("/console" + path.substring(3)));
        page.click("button:has-text('Change')");
        submit(page);
        assertThat(page.locator("#dialog")).containsText("Nothing is changed yet");
        api("PATCH", path, "{\"maxMachines\":7}"); // somebody else, meanwhile
        page.fill("#f-notes", "two\nlines");
        submit(page);
        assertThat(page.locator("#toast")).hasText("The key is changed.");

        JsonNode after = api("GET", path, "");
        for (String member : List.of("customer", "expiresAt", "features", "product", "key")) {
            assertThat(after.get(member)).as(member).isEqualTo(before.get(member));
        }
        assertThat(after.get("maxMachines").asInt()).isEqualTo(7);
        assertThat(after.get("notes").asString()).isEqualTo("two\nlines");
        page.context().close();
    }

    @Test
    void quota_isTakenAway() {
        String id = api(
                        "POST",
                        "/v1/applications",
                        "{\"name\":\"limited\",\"quota\":{\"calls\":9,\"window\":\"PT30M\"}}")
                .get("id")
                .asString();
        Page page = pages.signedIn();
        page.navigate(pages.url("/console/applications"));
        page.locator("tr:has-text('limited') button:has-text('Change')").click();
        assertThat(page.locator("[name='quota.window']")).hasValue("PT30M");
        page.fill("[name='quota.calls']", "");
        submit(page);
        assertThat(page.locator("#toast")).hasText("The application is changed.");

        for (JsonNode application : api("GET", "/v1/applications", "").get("data")) {
            if (application.get("id").asString().equals(id)) {
                assertThat(application.has("quota")).isFalse();
            }
        }
        page.context().close();
    }

    @Test
    void formThatIsRefused_saysWhyAndKeepsWhatWasFilledIn() {
        Page page = pages.signedIn();
        page.navigate(pages.url("/console/users"));
        page.click("text=New user");
        page.fill("#f-username", "no spaces please");
        submit(page);

        assertThat(page.locator("#dialog .wrong").first()).isVisible();
        assertThat(page.locator("#dialog")).containsText("3 to 40 letters and digits");
        assertThat(page.locator("#f-username")).hasValue("no spaces please");
        page.keyboard().press("Escape");
        assertThat(page.locator("#dialog")).isHidden();
        page.context().close();
    }

    @Test
    void token_isMadeShownOnceAndRevoked() {
        Page page = pages.signedIn();
        page.navigate(pages.url("/console/tokens"));
        page.click("text=New token");
        page.fill("#f-name", "of the test");
        page.check("[value=GetEvents]");
        page.selectOption("#f-validFor", "PT1H");
        submit(page);
        String token = page.locator("#dialog .secret code").textContent();
        page.click("#dialog [data-close]");
        Locator row = page.locator("tr:has-text('of the test')");
        assertThat(row).containsText("GetEvents");
        assertThat(page.content()).doesNotContain(token);
        assertThat(status(token)).isEqualTo(200);

        row.locator("text=Revoke").click();
        submit(page);

        assertThat(row).containsText("revoked");
        assertThat(status(token)).isEqualTo(401);
        page.context().close();
    }

    private static int status(String token) {
        return pages.server()
                .send(false, "GET", "/v1/events", Map.of("Authorization", "Bearer " + token), "")
                .status();
    }

    @Test
    void answer_isTakenAwayAsCsv() throws Exception {
        send(
                "taken away",
                ",\"feature\":\"=cmd()\""
                        + by("d", pages.server().clock().instant().minusSeconds(9)));
        Page page = pages.signedIn();
        page.navigate(pages.url("/console/explore?kind=breakdown&by=feature"));
        page.click("text=As a table");
        Download download = page.waitForDownload(() -> page.click("text=As CSV"));

        assertThat(Files.readString(download.path())).contains("group,events").contains("'=cmd()");
        page.context().close();
    }

    @Test
    void page_isUsedWithoutAMouse() {
        Page page = pages.signedIn();
        page.navigate(pages.url("/console/products"));
        page.keyboard().press("Tab");
        assertThat(page.locator(".skip")).isFocused();
        page.locator("button:has-text('New product')").focus();
        page.keyboard().press("Enter");
        assertThat(page.locator("#f-name")).isFocused();
        page.keyboard().type("Made by keys");
        page.keyboard().press("Enter");

        assertThat(page.locator("tbody")).containsText("Made by keys");
        page.context().close();
    }

    @Test
    void session_thatEnded_leadsToTheSignIn() {
        Page page = pages.signedIn();
        page.navigate(pages.url("/console/products"));
        page.context().clearCookies();
        page.click("text=New product");

        assertThat(page.locator("#account")).isVisible();
        page.context().close();
    }
}

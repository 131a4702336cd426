package dev.licet.dialect.rest;

import dev.licet.core.Outcome;
import dev.licet.core.Refusal;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TokenId;
import dev.licet.core.id.UserId;
import dev.licet.core.identity.AccessToken;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Application;
import dev.licet.core.identity.CallLimits;
import dev.licet.core.identity.Issued;
import dev.licet.core.identity.KeyLock;
import dev.licet.core.identity.ManageApplications;
import dev.licet.core.identity.ManageTokens;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.User;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.ManageProducts;
import dev.licet.core.license.Product;
import dev.licet.dialect.Answer;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.core.JsonGenerator;

/// Accounts, users, applications, tokens and products: add, list, change, revoke.
final class Management {
    private static final String PERMISSIONS = "permissions";
    private static final String VALID_FOR = "validFor";
    private static final String VALUES_ARE_WHOLE = "valuesAreWhole";

    private static final Set<Permission> USUAL = EnumSet.of(Permission.REGISTER_EVENT, Permission.GET_EVENTS);

    private final RestDialect.UseCases useCases;

    Management(RestDialect.UseCases useCases) {
        this.useCases = useCases;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("POST", "/v1/accounts", this::addAccount),
                new Endpoint("GET", "/v1/accounts", this::listAccounts),
                new Endpoint("PATCH", "/v1/accounts/{account}", this::setAccount),
                new Endpoint("DELETE", "/v1/accounts/{account}", this::revokeAccount),
                new Endpoint("POST", "/v1/users", this::addUser),
                new Endpoint("GET", "/v1/users", this::listUsers),
                new Endpoint("PATCH", "/v1/users/{user}", this::setUser),
                new Endpoint("POST", "/v1/users/{user}/reset", this::resetUser),
                new Endpoint("DELETE", "/v1/users/{user}", this::revokeUser),
                new Endpoint("POST", "/v1/applications", this::addApplication),
                new Endpoint("GET", "/v1/applications", this::listApplications),
                new Endpoint("PATCH", "/v1/applications/{application}", this::setApplication),
                new Endpoint("DELETE", "/v1/applications/{application}", this::revokeApplication),
                new Endpoint("POST", "/v1/tokens", this::addToken),
                new Endpoint("GET", "/v1/tokens", this::listTokens),
                new Endpoint("PATCH", "/v1/tokens/{token}", this::setToken),
                new Endpoint("DELETE", "/v1/tokens/{token}", this::revokeToken),
                new Endpoint("POST", "/v1/products", this::addProduct),
                new Endpoint("GET", "/v1/products", this::listProducts),
                new Endpoint("GET", "/v1/products/{product}", this::findProduct),
                new Endpoint("PATCH", "/v1/products/{product}", this::setProduct),
                new Endpoint("DELETE", "/v1/products/{product}", this::revokeProduct),
                new Endpoint("POST", "/v1/products/{product}/keys", this::addKey));
    }

    // Accounts

    private Answer addAccount(Call call) {
        return Reply.one(
                call, 201, useCases.accounts().add(call.caller(), call.body().requiredText("name")), Management::write);
    }

    private Answer listAccounts(Call call) {
        return Reply.page(
                call,
                useCases.accounts().list(call.caller()),
                account -> account.number().value(),
                Management::write);
    }

    private Answer setAccount(Call call) {
        return Reply.one(call, 200, accountInPath(call).then(number -> setAccount(call, number)), Management::write);
    }

    /// Its name, its zone, or both.
    private Outcome<Account> setAccount(Call call, AccountNumber number) {
        Optional<ZoneId> zone = call.body().text("zone").map(Management::zone);
        Optional<String> name = call.body().text("name");
        if (zone.isEmpty()) {
            return useCases.accounts().rename(call.caller(), number, call.body().requiredText("name"));
        }
        Outcome<Account> set = useCases.accounts().setZone(call.caller(), number, zone.get());
        return name.isEmpty()
                ? set
                : set.then(account -> useCases.accounts().rename(call.caller(), number, name.get()));
    }

    private static ZoneId zone(String text) {
        if (!ZoneId.getAvailableZoneIds().contains(text)) {
            throw new WrongField("zone", "must be a name of the IANA time zone database, such as Europe/Prague or UTC");
        }
        return ZoneId.of(text);
    }

    private Answer revokeAccount(Call call) {
        return Reply.one(
                call,
                200,
                accountInPath(call).then(number -> useCases.accounts().revoke(call.caller(), number)),
                Management::write);
    }

    private static Outcome<AccountNumber> accountInPath(Call call) {
        return AccountNumber.parse(call.argument())
                .map(Outcome::success)
                .orElseGet(() -> Outcome.refused(new Refusal.NotFound(Refusal.Kind.ACCOUNT)));
    }

    private static void write(JsonGenerator json, Account account) {
        json.writeStringProperty("accountNumber", account.number().toString());
        json.writeStringProperty("name", account.name());
        json.writeStringProperty("zone", account.zone().getId());
        json.writeStringProperty("publicKeyXml", account.signingKey().publicKeyXml());
        json.writeBooleanProperty("revoked", account.revoked());
        json.writeStringProperty("createdAt", account.createdAt().toString());
    }

    // Users

    private Answer addUser(Call call) {
        return Reply.one(
                call,
                201,
                useCases.users()
                        .add(
                                call.caller(),
                                call.account(),
                                call.body().requiredText("username"),
                                call.body()
                                        .texts(PERMISSIONS)
                                        .map(Management::permissions)
                                        .orElse(Set.of())),
                Management::writeUserWithPassword);
    }

    private Answer listUsers(Call call) {
        return Reply.page(
                call,
                useCases.users().list(call.caller(), call.account()),
                user -> user.id().value(),
                Management::write);
    }

    private Answer setUser(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("usr_", UserId::new, Refusal.Kind.USER).then(id -> setUser(call, id)),
                Management::write);
    }

    /// Its name, what it may do, or both.
    private Outcome<User> setUser(Call call, UserId id) {
        Optional<Set<Permission>> permissions = call.body().texts(PERMISSIONS).map(Management::permissions);
        Optional<String> name = permissions.isEmpty()
                ? Optional.of(call.body().requiredText("username"))
                : call.body().text("username");
        return useCases.users().set(call.caller(), id, name, permissions);
    }

    private Answer resetUser(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("usr_", UserId::new, Refusal.Kind.USER)
                        .then(id -> useCases.users().reset(call.caller(), id)),
                Management::writeUserWithPassword);
    }

    private Answer revokeUser(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("usr_", UserId::new, Refusal.Kind.USER)
                        .then(id -> useCases.users().revoke(call.caller(), id)),
                Management::write);
    }

    private static void writeUserWithPassword(JsonGenerator json, Issued<User> issued) {
        write(json, issued.thing());
        json.writeStringProperty("password", issued.secret().value());
    }

    private static void write(JsonGenerator json, User user) {
        json.writeStringProperty("id", "usr_" + user.id());
        json.writeStringProperty("accountNumber", user.account().toString());
        json.writeStringProperty("username", user.username());
        writePermissions(json, user.permissions());
        json.writeBooleanProperty("revoked", user.revoked());
        json.writeStringProperty("createdAt", user.createdAt().toString());
    }

    // Applications

    private Answer addApplication(Call call) {
        ManageApplications.Rights rights =
                rights(call.body(), new ManageApplications.Rights(false, false, CallLimits.NONE));
        return Reply.one(
                call,
                201,
                useCases.applications()
                        .add(
                                call.caller(),
                                new ManageApplications.Wanted(
                                        call.account(),
                                        call.body().text("owner"),
                                        call.body().requiredText("name"),
                                        rights.write(),
                                        rights.partner(),
                                        rights.limits(),
                                        call.body().duration(VALID_FOR))),
                (json, issued) -> {
                    write(json, issued.thing());
                    json.writeStringProperty("apiKey", issued.secret().value());
                });
    }

    private Answer listApplications(Call call) {
        return Reply.page(
                call,
                useCases.applications().list(call.caller(), call.account()),
                application -> application.id().value(),
                this::write);
    }

    private Answer setApplication(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("app_", ApplicationId::new, Refusal.Kind.APPLICATION)
                        .then(id -> useCases.applications().set(call.caller(), id, now -> rights(call.body(), now))),
                this::write);
    }

    private Answer revokeApplication(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("app_", ApplicationId::new, Refusal.Kind.APPLICATION)
                        .then(id -> useCases.applications().revoke(call.caller(), id)),
                this::write);
    }

    /// What is not said stays as it is; a null takes a limit away.
    private static ManageApplications.Rights rights(Body body, ManageApplications.Rights now) {
        boolean write = body.text("permission")
                .map(text -> switch (text) {
                    case "read" -> false;
                    case "write" -> true;
                    default -> throw new WrongField("permission", "must be read or write");
                })
                .orElse(now.write());
        Optional<CallLimits.Quota> quota = body.has("quota")
                ? body.object("quota").map(Management::quota)
                : now.limits().quota();
        return new ManageApplications.Rights(
                write,
                body.flag("partner").orElse(now.partner()),
                new CallLimits(
                        quota,
                        body.has("gap") ? body.duration("gap") : now.limits().gap()));
    }

    private static CallLimits.Quota quota(Body quota) {
        OptionalLong calls = quota.number("calls");
        if (calls.isEmpty() || calls.getAsLong() < 1) {
            throw new WrongField("quota/calls", "must be a number above 0");
        }
        return new CallLimits.Quota(
                calls.getAsLong(),
                quota.duration("window")
                        .orElseThrow(() -> new WrongField("quota/window", "is required, such as PT1H")));
    }

    private void write(JsonGenerator json, Application application) {
        json.writeStringProperty("id", "app_" + application.id());
        json.writeStringProperty("accountNumber", application.account().toString());
        json.writeStringProperty("name", application.name());
        json.writeStringProperty("owner", "usr_" + application.owner());
        json.writeStringProperty("permission", application.write() ? "write" : "read");
        json.writeBooleanProperty("partner", application.partner());
        application.limits().quota().ifPresent(quota -> {
            json.writeObjectPropertyStart("quota");
            json.writeNumberProperty("calls", quota.calls());
            json.writeStringProperty("window", quota.window().toString());
            json.writeNumberProperty("used", useCases.quotas().used(application));
            json.writeEndObject();
        });
        application.limits().gap().ifPresent(gap -> json.writeStringProperty("gap", gap.toString()));
        json.writeBooleanProperty("revoked", application.revoked());
        json.writeStringProperty("createdAt", application.createdAt().toString());
        application.expiresAt().ifPresent(end -> json.writeStringProperty("expiresAt", end.toString()));
    }

    // Tokens

    private Answer addToken(Call call) {
        ManageTokens.Rights rights = rights(call.body(), new ManageTokens.Rights(USUAL, Optional.empty(), KeyLock.ANY));
        return Reply.one(
                call,
                201,
                useCases.tokens()
                        .add(
                                call.caller(),
                                new ManageTokens.Wanted(
                                        call.account(),
                                        call.body().requiredText("name"),
                                        rights,
                                        call.body().duration(VALID_FOR))),
                (json, issued) -> {
                    write(json, issued.thing());
                    json.writeStringProperty("accessToken", issued.secret().value());
                });
    }

    private Answer listTokens(Call call) {
        return Reply.page(
                call,
                useCases.tokens().list(call.caller(), call.account()),
                token -> token.id().value(),
                Management::write);
    }

    private Answer setToken(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("tok_", TokenId::new, Refusal.Kind.ACCESS_TOKEN)
                        .then(id -> useCases.tokens().set(call.caller(), id, now -> rights(call.body(), now))),
                Management::write);
    }

    private Answer revokeToken(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("tok_", TokenId::new, Refusal.Kind.ACCESS_TOKEN)
                        .then(id -> useCases.tokens().revoke(call.caller(), id)),
                Management::write);
    }

    private static ManageTokens.Rights rights(Body body, ManageTokens.Rights now) {
        Set<Permission> permissions =
                body.texts(PERMISSIONS).map(Management::permissions).orElse(now.permissions());
        OptionalLong product = body.number("productId");
        if (product.isPresent() && product.getAsLong() < 1) {
            throw new WrongField("productId", "must be a number above 0");
        }
        Optional<ProductId> lock = body.has("productId")
                ? (product.isPresent() ? Optional.of(new ProductId(product.getAsLong())) : Optional.empty())
                : now.product();
        OptionalLong keyLock = body.number("keyLock");
        return new ManageTokens.Rights(
                permissions, lock, keyLock.isPresent() ? new KeyLock(keyLock.getAsLong()) : now.keyLock());
    }

    private static Set<Permission> permissions(List<String> labels) {
        Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (String label : labels) {
            permissions.add(Permission.parse(label)
                    .orElseThrow(() -> new WrongField(PERMISSIONS, "may have " + Permission.labels())));
        }
        return permissions;
    }

    private static void writePermissions(JsonGenerator json, Set<Permission> permissions) {
        json.writeArrayPropertyStart(PERMISSIONS);
        permissions.stream().sorted().map(Permission::label).forEach(json::writeString);
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, AccessToken token) {
        json.writeStringProperty("id", "tok_" + token.id());
        json.writeStringProperty("accountNumber", token.account().toString());
        json.writeStringProperty("name", token.name());
        writePermissions(json, token.permissions());
        token.product().ifPresent(product -> json.writeNumberProperty("productId", product.value()));
        json.writeNumberProperty("keyLock", token.keyLock().value());
        json.writeBooleanProperty("revoked", token.revoked());
        json.writeStringProperty("createdAt", token.createdAt().toString());
        token.expiresAt().ifPresent(end -> json.writeStringProperty("expiresAt", end.toString()));
    }

    // Products

    private Answer addProduct(Call call) {
        return Reply.one(
                call,
                201,
                useCases.products()
                        .add(call.caller(), call.account(), call.body().requiredText("name")),
                Management::write);
    }

    private Answer listProducts(Call call) {
        return Reply.page(
                call,
                useCases.products().list(call.caller(), call.account()),
                product -> product.id().value(),
                Management::write);
    }

    private Answer findProduct(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("prd_", ProductId::new, Refusal.Kind.PRODUCT)
                        .then(id -> useCases.products().find(call.caller(), id)),
                Management::write);
    }

    private Answer setProduct(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("prd_", ProductId::new, Refusal.Kind.PRODUCT)
                        .then(id -> useCases.products()
                                .set(
                                        call.caller(),
                                        id,
                                        Etags.expected(call, Management::write),
                                        now -> terms(call.body(), now))),
                Management::write);
    }

    /// What is not said stays as it is.
    private static ManageProducts.Terms terms(Body body, ManageProducts.Terms now) {
        boolean renames = !body.has("retention") && !body.has(VALUES_ARE_WHOLE);
        return new ManageProducts.Terms(
                renames ? body.requiredText("name") : body.text("name").orElse(now.name()),
                body.has("retention") ? body.duration("retention") : now.retention(),
                body.flag(VALUES_ARE_WHOLE).orElse(now.valuesAreWhole()));
    }

    private Answer revokeProduct(Call call) {
        return Reply.one(
                call,
                200,
                call.inPath("prd_", ProductId::new, Refusal.Kind.PRODUCT)
                        .then(id ->
                                useCases.products().revoke(call.caller(), id, Etags.expected(call, Management::write))),
                Management::write);
    }

    private Answer addKey(Call call) {
        return Reply.one(
                call,
                201,
                call.inPath("prd_", ProductId::new, Refusal.Kind.PRODUCT)
                        .then(id -> useCases.products().issueKey(call.caller(), id)),
                Management::write);
    }

    private static void write(JsonGenerator json, Product product) {
        json.writeStringProperty("id", "prd_" + product.id());
        json.writeNumberProperty("productId", product.id().value());
        json.writeStringProperty("accountNumber", product.account().toString());
        json.writeStringProperty("name", product.name());
        json.writeBooleanProperty(VALUES_ARE_WHOLE, product.valuesAreWhole());
        product.retention().ifPresent(kept -> json.writeStringProperty("retention", "P" + kept.toDays() + "D"));
        json.writeBooleanProperty("revoked", product.revoked());
        json.writeStringProperty("createdAt", product.createdAt().toString());
    }

    private static void write(JsonGenerator json, LicenseKey key) {
        json.writeStringProperty("id", "key_" + key.id());
        json.writeNumberProperty("productId", key.product().value());
        json.writeStringProperty("licenseKey", key.key());
        json.writeStringProperty("createdAt", key.createdAt().toString());
    }
}

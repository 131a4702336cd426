package dev.licet.server;

import dev.licet.core.identity.AccessToken;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Application;
import dev.licet.core.identity.CallLimits;
import dev.licet.core.identity.Caller;
import dev.licet.core.identity.Issued;
import dev.licet.core.identity.KeyLock;
import dev.licet.core.identity.ManageApplications;
import dev.licet.core.identity.ManageTokens;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.User;
import dev.licet.core.license.LicenseKey;
import dev.licet.core.license.Product;
import dev.licet.dialect.rest.RestDialect;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What the first start of a server gives its operator: an account, and one of everything needed to call. The
/// secrets are shown once.
///
/// @param apiKey of a partner's application that may write @param readOnlyApiKey of a partner's that may read
/// @param accessToken may do everything
public record FirstCredentials(
        String accountNumber,
        String username,
        String password,
        String apiKey,
        String readOnlyApiKey,
        String accessToken,
        long productId,
        String licenseKey,
        String publicKeyXml) {

    static FirstCredentials make(RestDialect.UseCases useCases) {
        Account account = useCases.accounts().addFirst("My company");
        Caller operator = Caller.operator(account.number());
        Issued<User> user = useCases.users()
                .add(operator, account.number(), "admin", EnumSet.allOf(Permission.class))
                .orElseThrow();
        Issued<Application> writing = useCases.applications()
                .add(operator, application(account, true))
                .orElseThrow();
        Issued<Application> reading = useCases.applications()
                .add(operator, application(account, false))
                .orElseThrow();
        Issued<AccessToken> token = useCases.tokens()
                .add(
                        operator,
                        new ManageTokens.Wanted(
                                account.number(),
                                "everything",
                                new ManageTokens.Rights(EnumSet.allOf(Permission.class), Optional.empty(), KeyLock.ANY),
                                Optional.empty()))
                .orElseThrow();
        Product product = useCases.products()
                .add(operator, account.number(), "My product")
                .orElseThrow();
        LicenseKey key = useCases.products().issueKey(operator, product.id()).orElseThrow();
        return new FirstCredentials(
                account.number().toString(),
                user.thing().username(),
                user.secret().value(),
                writing.secret().value(),
                reading.secret().value(),
                token.secret().value(),
                product.id().value(),
                key.key(),
                account.signingKey().publicKeyXml());
    }

    private static ManageApplications.Wanted application(Account account, boolean write) {
        return new ManageApplications.Wanted(
                account.number(),
                Optional.empty(),
                write ? "first" : "first, read only",
                write,
                true,
                CallLimits.NONE,
                Optional.empty());
    }

    @Override
    public String toString() {
        return "(hidden)";
    }

    /// Under the names that scripts know.
    public Map<String, Object> byName() {
        Map<String, Object> byName = new LinkedHashMap<>();
        byName.put("account_number", accountNumber);
        byName.put("username", username);
        byName.put("password", password);
        byName.put("api_key", apiKey);
        byName.put("read_only_api_key", readOnlyApiKey);
        byName.put("access_token", accessToken);
        byName.put("product_id", productId);
        byName.put("license_key", licenseKey);
        byName.put("public_key_xml", publicKeyXml);
        return byName;
    }
}

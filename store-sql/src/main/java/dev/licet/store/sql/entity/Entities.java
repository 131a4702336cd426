package dev.licet.store.sql.entity;

import dev.licet.core.Transactions;
import dev.licet.core.audit.Changes;
import dev.licet.core.customer.Customers;
import dev.licet.core.gate.Quotas;
import dev.licet.core.id.ProductId;
import dev.licet.core.identity.AccessTokens;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Applications;
import dev.licet.core.identity.UserTokens;
import dev.licet.core.identity.Users;
import dev.licet.core.insight.SavedInsights;
import dev.licet.core.license.DataObjects;
import dev.licet.core.license.KeyCalls;
import dev.licet.core.license.KeyTemplates;
import dev.licet.core.license.KeyUsage;
import dev.licet.core.license.LicenseKeys;
import dev.licet.core.license.Licenses;
import dev.licet.core.license.Products;
import dev.licet.core.message.Messages;
import dev.licet.core.offline.OfflineFiles;
import dev.licet.core.once.KeptAnswers;
import dev.licet.core.sale.Purchases;
import dev.licet.core.session.NumberReserve;
import dev.licet.core.session.Seats;
import dev.licet.core.session.Sessions;
import dev.licet.store.sql.Turns;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// All entities of a database, as the ports of the domain.
public record Entities(
        Accounts accounts,
        Users users,
        Applications applications,
        AccessTokens accessTokens,
        UserTokens userTokens,
        Quotas quotas,
        Products products,
        LicenseKeys licenseKeys,
        KeyTemplates keyTemplates,
        DataObjects dataObjects,
        KeyCalls keyCalls,
        KeyUsage keyUsage,
        Customers customers,
        Messages messages,
        Transactions transactions,
        Licenses licenses,
        Purchases purchases,
        Changes changes,
        OfflineFiles offlineFiles,
        Sessions sessions,
        Seats seats,
        NumberReserve transactionNumbers,
        SavedInsights savedInsights,
        KeptAnswers keptAnswers) {

    /// @param turns long questions take them @param pastKept how long it is known what was held; empty for ever
    public static Entities of(Database database, Turns turns, Optional<Duration> pastKept) {
        Accounts accounts = new SqlIdentities.SqlAccounts(database);
        Licenses licenses = new SqlLicensing.SqlLicenses(database);
        SqlSessions sessions = new SqlSessions(database);
        return new Entities(
                accounts,
                new SqlIdentities.SqlUsers(database),
                new SqlIdentities.SqlApplications(database),
                new SqlIdentities.SqlAccessTokens(database),
                new SqlIdentities.SqlUserTokens(database),
                new SqlIdentities.SqlQuotas(database),
                new SqlLicensing.SqlProducts(database),
                new SqlLicensing.SqlLicenseKeys(database, licenses, accounts),
                new SqlKeyTemplates(database),
                new SqlDataObjects(database),
                new SqlKeyCalls(database),
                new SqlKeyUsage(database),
                new SqlCustomers(database),
                new SqlMessages(database),
                new SqlTransactions(database),
                licenses,
                new SqlPurchases(database),
                new SqlChanges(database),
                new SqlOfflineFiles(database),
                sessions,
                new SqlSeats(database, turns, pastKept),
                sessions,
                new SqlSavedInsights(database),
                new SqlKeptAnswers(database));
    }

    /// How long the events of products are kept, where it is said.
    public static Map<ProductId, Duration> retentions(Database database) {
        return SqlLicensing.SqlProducts.retentions(database);
    }
}

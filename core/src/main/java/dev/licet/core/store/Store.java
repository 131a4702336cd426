package dev.licet.core.store;

import dev.licet.core.Transactions;
import dev.licet.core.audit.Changes;
import dev.licet.core.customer.Customers;
import dev.licet.core.disk.DiskUse;
import dev.licet.core.event.EventLog;
import dev.licet.core.gate.Quotas;
import dev.licet.core.identity.AccessTokens;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Applications;
import dev.licet.core.identity.UserTokens;
import dev.licet.core.identity.Users;
import dev.licet.core.insight.Insights;
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
import dev.licet.core.removal.Removals;
import dev.licet.core.sale.Purchases;
import dev.licet.core.session.NumberReserve;
import dev.licet.core.session.Seats;
import dev.licet.core.session.Sessions;
import java.util.Optional;

/// All that lasts, as one engine keeps it. Safe for threads.
///
/// What every engine promises is written as tests: `StoreContract`, in this module's test kit.
public interface Store extends AutoCloseable {

    Accounts accounts();

    Users users();

    Applications applications();

    AccessTokens accessTokens();

    UserTokens userTokens();

    Quotas quotas();

    Products products();

    LicenseKeys licenseKeys();

    KeyTemplates keyTemplates();

    DataObjects dataObjects();

    KeyCalls keyCalls();

    KeyUsage keyUsage();

    Customers customers();

    Messages messages();

    Transactions transactions();

    Licenses licenses();

    Purchases purchases();

    Changes changes();

    OfflineFiles offlineFiles();

    Sessions sessions();

    Seats seats();

    NumberReserve transactionNumbers();

    EventLog events();

    Insights insights();

    SavedInsights savedInsights();

    Removals removals();

    KeptAnswers keptAnswers();

    /// What it takes of the disk, and how much comes. Counts events, so not for each request.
    DiskUse disk();

    /// What is wrong with the store now, in words for the operator; empty when it takes writes and answers.
    Optional<String> check();

    /// Why events are refused now while all else goes on, in words for the operator; empty when they are taken.
    default Optional<String> refusesEvents() {
        return Optional.empty();
    }

    /// Ends it; what was acknowledged is on disk before and after.
    @Override
    void close();
}

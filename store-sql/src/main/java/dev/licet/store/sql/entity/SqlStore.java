package dev.licet.store.sql.entity;

import dev.licet.core.Transactions;
import dev.licet.core.audit.Changes;
import dev.licet.core.customer.Customers;
import dev.licet.core.gate.Quotas;
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
import dev.licet.core.store.Store;

/// A store whose entities are in a database of an engine; of events it knows nothing.
public abstract class SqlStore implements Store {
    private final Entities entities;

    protected SqlStore(Entities entities) {
        this.entities = entities;
    }

    @Override
    public final Accounts accounts() {
        return entities.accounts();
    }

    @Override
    public final Users users() {
        return entities.users();
    }

    @Override
    public final Applications applications() {
        return entities.applications();
    }

    @Override
    public final AccessTokens accessTokens() {
        return entities.accessTokens();
    }

    @Override
    public final UserTokens userTokens() {
        return entities.userTokens();
    }

    @Override
    public final Quotas quotas() {
        return entities.quotas();
    }

    @Override
    public final Products products() {
        return entities.products();
    }

    @Override
    public final LicenseKeys licenseKeys() {
        return entities.licenseKeys();
    }

    @Override
    public final KeyTemplates keyTemplates() {
        return entities.keyTemplates();
    }

    @Override
    public final DataObjects dataObjects() {
        return entities.dataObjects();
    }

    @Override
    public final KeyCalls keyCalls() {
        return entities.keyCalls();
    }

    @Override
    public final KeyUsage keyUsage() {
        return entities.keyUsage();
    }

    @Override
    public final Customers customers() {
        return entities.customers();
    }

    @Override
    public final Messages messages() {
        return entities.messages();
    }

    @Override
    public final Transactions transactions() {
        return entities.transactions();
    }

    @Override
    public final Licenses licenses() {
        return entities.licenses();
    }

    @Override
    public final Purchases purchases() {
        return entities.purchases();
    }

    @Override
    public final Changes changes() {
        return entities.changes();
    }

    @Override
    public final OfflineFiles offlineFiles() {
        return entities.offlineFiles();
    }

    @Override
    public final Sessions sessions() {
        return entities.sessions();
    }

    @Override
    public final Seats seats() {
        return entities.seats();
    }

    @Override
    public final NumberReserve transactionNumbers() {
        return entities.transactionNumbers();
    }

    @Override
    public final SavedInsights savedInsights() {
        return entities.savedInsights();
    }

    @Override
    public final KeptAnswers keptAnswers() {
        return entities.keptAnswers();
    }
}

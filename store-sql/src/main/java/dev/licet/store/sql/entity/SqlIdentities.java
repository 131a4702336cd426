package dev.licet.store.sql.entity;

import dev.licet.core.Refusal;
import dev.licet.core.gate.QuotaState;
import dev.licet.core.gate.Quotas;
import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.ApplicationId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.ProductId;
import dev.licet.core.id.TokenId;
import dev.licet.core.id.UserId;
import dev.licet.core.identity.AccessToken;
import dev.licet.core.identity.AccessTokens;
import dev.licet.core.identity.Account;
import dev.licet.core.identity.Accounts;
import dev.licet.core.identity.Application;
import dev.licet.core.identity.Applications;
import dev.licet.core.identity.CallLimits;
import dev.licet.core.identity.KeyLock;
import dev.licet.core.identity.PasswordHash;
import dev.licet.core.identity.Permission;
import dev.licet.core.identity.SecretHash;
import dev.licet.core.identity.SigningKey;
import dev.licet.core.identity.User;
import dev.licet.core.identity.UserToken;
import dev.licet.core.identity.UserTokens;
import dev.licet.core.identity.Users;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The tables of who asks: accounts, users, applications with their quotas, tokens.
final class SqlIdentities {
    private SqlIdentities() {}

    private static String names(Set<Permission> permissions) {
        return permissions.stream().sorted().map(Permission::name).collect(Collectors.joining(","));
    }

    private static Set<Permission> permissions(Row row) throws SQLException {
        return Arrays.stream(row.getString("permissions").split(","))
                .filter(name -> !name.isEmpty())
                .map(Permission::valueOf)
                .collect(Collectors.toSet());
    }

    static final class SqlAccounts implements Accounts {
        private final Database database;
        private final Remembered<AccountNumber, Account> remembered;

        SqlAccounts(Database database) {
            this.database = database;
            this.remembered = new Remembered<>(database);
        }

        @Override
        public boolean add(Account account) {
            return database.write(sql -> sql.update(
                            "INSERT INTO account (number, name, signing_key, zone, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                            account.number().value(),
                            account.name(),
                            account.signingKey().toPkcs8(),
                            account.zone().getId(),
                            Micros.of(account.createdAt()))
                    == 1);
        }

        @Override
        public Optional<Account> find(AccountNumber number) {
            return remembered.find(
                    number,
                    () -> database.read(sql ->
                            sql.first("SELECT * FROM account WHERE number = ?", SqlAccounts::row, number.value())));
        }

        @Override
        public List<Account> list() {
            return database.read(sql -> sql.all("SELECT * FROM account ORDER BY created_at, number", SqlAccounts::row));
        }

        @Override
        public boolean rename(AccountNumber number, String name) {
            return database.write(
                    sql -> sql.update("UPDATE account SET name = ? WHERE number = ?", name, number.value()) == 1);
        }

        @Override
        public boolean setZone(AccountNumber number, ZoneId zone) {
            return database.write(sql ->
                    sql.update("UPDATE account SET zone = ? WHERE number = ?", zone.getId(), number.value()) == 1);
        }

        @Override
        public boolean revoke(AccountNumber number) {
            return database.write(sql -> {
                String users = "(SELECT id FROM \"user\" WHERE account = ?)";
                sql.update("DELETE FROM user_token WHERE \"user\" IN " + users, number.value());
                sql.update(
                        "DELETE FROM session_key WHERE session IN (SELECT id FROM session WHERE account = ?)",
                        number.value());
                sql.update("DELETE FROM session WHERE account = ?", number.value());
                sql.update("UPDATE \"user\" SET revoked = TRUE WHERE account = ?", number.value());
                sql.update("UPDATE application SET revoked = TRUE WHERE account = ?", number.value());
                sql.update("UPDATE access_token SET revoked = TRUE WHERE account = ?", number.value());
                return sql.update("UPDATE account SET revoked = TRUE WHERE number = ?", number.value()) == 1;
            });
        }

        private static Account row(Row row) throws SQLException {
            return new Account(
                    new AccountNumber(row.getLong("number")),
                    row.getString("name"),
                    SigningKey.fromPkcs8(row.getBytes("signing_key")),
                    ZoneId.of(row.getString("zone")),
                    row.getBoolean("revoked"),
                    Micros.instant(row, "created_at"));
        }
    }

    static final class SqlUsers implements Users {
        private final Database database;
        private final Remembered<UserId, User> remembered;

        SqlUsers(Database database) {
            this.database = database;
            this.remembered = new Remembered<>(database);
        }

        @Override
        public Optional<User> add(
                AccountNumber account,
                String username,
                PasswordHash password,
                Set<Permission> permissions,
                Instant at) {
            return database.write(sql -> sql.first(
                    """
                    INSERT INTO "user" (account, username, password, permissions, created_at) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT DO NOTHING RETURNING *""",
                    SqlUsers::row,
                    account.value(),
                    username,
                    password.encoded(),
                    names(permissions),
                    Micros.of(at)));
        }

        @Override
        public Optional<User> find(AccountNumber account, String username) {
            return database.read(sql -> sql.first(
                    "SELECT * FROM \"user\" WHERE account = ? AND username = ?",
                    SqlUsers::row,
                    account.value(),
                    username));
        }

        @Override
        public Optional<User> find(UserId id) {
            return remembered.find(
                    id,
                    () -> database.read(
                            sql -> sql.first("SELECT * FROM \"user\" WHERE id = ?", SqlUsers::row, id.value())));
        }

        @Override
        public List<User> list(AccountNumber account) {
            return database.read(sql ->
                    sql.all("SELECT * FROM \"user\" WHERE account = ? ORDER BY id", SqlUsers::row, account.value()));
        }

        @Override
        public boolean rename(UserId id, String username) {
            return database.write(sql -> sql.update("""
                            UPDATE "user" SET username = ?
                            WHERE id = ? AND NOT EXISTS (
                              SELECT 1 FROM "user" AS other
                              WHERE other.account = "user".account AND other.username = ? AND other.id <> "user".id)""", username, id.value(), username) == 1);
        }

        @Override
        public boolean setPermissions(UserId id, Set<Permission> permissions) {
            return database.write(sql -> {
                endLent(sql, id);
                return sql.update("UPDATE \"user\" SET permissions = ? WHERE id = ?", names(permissions), id.value())
                        == 1;
            });
        }

        @Override
        public void endLent(UserId id) {
            database.write(sql -> {
                endLent(sql, id);
                return true;
            });
        }

        /// What nothing else names is forgotten; the rest can't be used any more.
        private static void endLent(Sql sql, UserId id) throws SQLException {
            sql.update("""
                    DELETE FROM access_token WHERE lent_to = ?
                      AND id NOT IN (SELECT parent FROM access_token WHERE parent IS NOT NULL)""", id.value());
            sql.update("UPDATE access_token SET revoked = TRUE WHERE lent_to = ? AND NOT revoked", id.value());
            for (String table : List.of("user_token", "quota")) {
                sql.update(
                        "DELETE FROM " + table + " WHERE application IN (SELECT id FROM application WHERE lent_to = ?)",
                        id.value());
            }
            sql.update("DELETE FROM application WHERE lent_to = ?", id.value());
        }

        @Override
        public boolean setPassword(UserId id, PasswordHash password) {
            return database.write(sql -> {
                endTokensAndSessions(sql, id);
                return sql.update("UPDATE \"user\" SET password = ? WHERE id = ?", password.encoded(), id.value()) == 1;
            });
        }

        @Override
        public boolean revoke(UserId id) {
            return database.write(sql -> {
                endTokensAndSessions(sql, id);
                return sql.update("UPDATE \"user\" SET revoked = TRUE WHERE id = ?", id.value()) == 1;
            });
        }

        private static void endTokensAndSessions(Sql sql, UserId id) throws SQLException {
            endLent(sql, id);
            sql.update("DELETE FROM user_token WHERE \"user\" = ?", id.value());
            sql.update(
                    "DELETE FROM session_key WHERE session IN (SELECT id FROM session WHERE \"user\" = ?)", id.value());
            sql.update("DELETE FROM session WHERE \"user\" = ?", id.value());
        }

        private static User row(Row row) throws SQLException {
            return new User(
                    new UserId(row.getLong("id")),
                    new AccountNumber(row.getLong("account")),
                    row.getString("username"),
                    new PasswordHash(row.getString("password")),
                    permissions(row),
                    row.getBoolean("revoked"),
                    Micros.instant(row, "created_at"));
        }
    }

    static final class SqlApplications implements Applications {
        private final Database database;
        private final Remembered<SecretHash, Application> remembered;

        SqlApplications(Database database) {
            this.database = database;
            this.remembered = new Remembered<>(database);
        }

        @Override
        public Application add(NewApplication wanted, SecretHash apiKey, Instant at) {
            CallLimits limits = wanted.limits();
            long id = database.write(sql -> sql.insert(
                    """
                    INSERT INTO application (account, owner, name, api_key, may_write, partner,
                      quota_calls, quota_window, gap, created_at, expires_at, lent_to)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                    wanted.account().value(),
                    wanted.owner().value(),
                    wanted.name(),
                    apiKey.toBytes(),
                    wanted.write(),
                    wanted.partner(),
                    quotaCalls(limits),
                    quotaWindow(limits),
                    gap(limits),
                    Micros.of(at),
                    wanted.expiresAt().map(Micros::of).orElse(null),
                    wanted.lentTo().map(UserId::value).orElse(null)));
            return find(new ApplicationId(id)).orElseThrow();
        }

        @Override
        public Optional<Application> find(SecretHash apiKey) {
            return remembered.find(
                    apiKey,
                    () -> database.read(sql -> sql.first(
                            "SELECT * FROM application WHERE api_key = ? AND NOT revoked",
                            SqlApplications::row,
                            apiKey.toBytes())));
        }

        @Override
        public Optional<Application> find(ApplicationId id) {
            return database.read(
                    sql -> sql.first("SELECT * FROM application WHERE id = ?", SqlApplications::row, id.value()));
        }

        @Override
        public List<Application> list(AccountNumber account) {
            return database.read(sql -> sql.all(
                    "SELECT * FROM application WHERE account = ? AND lent_to IS NULL ORDER BY id",
                    SqlApplications::row,
                    account.value()));
        }

        @Override
        public boolean set(ApplicationId id, boolean write, boolean partner, CallLimits limits) {
            return database.write(sql ->
                    sql.update("""
                            UPDATE application
                            SET may_write = ?, partner = ?, quota_calls = ?, quota_window = ?, gap = ?
                            WHERE id = ?""", write, partner, quotaCalls(limits), quotaWindow(limits), gap(limits), id.value())
                            == 1);
        }

        @Override
        public boolean revoke(ApplicationId id) {
            return database.write(
                    sql -> sql.update("UPDATE application SET revoked = TRUE WHERE id = ?", id.value()) == 1);
        }

        private static @Nullable Long quotaCalls(CallLimits limits) {
            return limits.quota().map(CallLimits.Quota::calls).orElse(null);
        }

        private static @Nullable Long quotaWindow(CallLimits limits) {
            return limits.quota().map(quota -> quota.window().toMillis()).orElse(null);
        }

        private static @Nullable Long gap(CallLimits limits) {
            return limits.gap().map(Duration::toMillis).orElse(null);
        }

        private static Application row(Row row) throws SQLException {
            long calls = row.getLong("quota_calls");
            Optional<CallLimits.Quota> quota = row.wasNull()
                    ? Optional.empty()
                    : Optional.of(new CallLimits.Quota(calls, Duration.ofMillis(row.getLong("quota_window"))));
            long gap = row.getLong("gap");
            Optional<Duration> gapBetween = row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(gap));
            return new Application(
                    new ApplicationId(row.getLong("id")),
                    new AccountNumber(row.getLong("account")),
                    new UserId(row.getLong("owner")),
                    row.getString("name"),
                    row.getBoolean("may_write"),
                    row.getBoolean("partner"),
                    new CallLimits(quota, gapBetween),
                    row.getBoolean("revoked"),
                    Micros.instant(row, "created_at"),
                    Micros.optional(row, "expires_at"));
        }
    }

    static final class SqlQuotas implements Quotas {
        private final Database database;

        SqlQuotas(Database database) {
            this.database = database;
        }

        @Override
        public QuotaState find(ApplicationId application) {
            return database.read(
                    sql -> sql.first("SELECT * FROM quota WHERE application = ?", SqlQuotas::row, application.value())
                            .orElse(QuotaState.UNUSED));
        }

        @Override
        public Optional<Refusal> take(ApplicationId application, CallLimits limits, Instant now) {
            return database.writeUnremembered(sql -> {
                QuotaState state = sql.first(
                                "SELECT * FROM quota WHERE application = ?", SqlQuotas::row, application.value())
                        .orElse(QuotaState.UNUSED);
                QuotaState.Decision decision = state.decide(limits, now);
                if (!decision.next().equals(state)) {
                    sql.update(
                            """
                            INSERT INTO quota VALUES (?, ?, ?, ?)
                            ON CONFLICT (application) DO UPDATE SET window_start = excluded.window_start,
                              used = excluded.used, last_call = excluded.last_call""",
                            application.value(),
                            Micros.of(decision.next().windowStart()),
                            decision.next().used(),
                            Micros.of(decision.next().lastCall()));
                }
                return decision.refusal();
            });
        }

        private static QuotaState row(Row row) throws SQLException {
            return new QuotaState(
                    Micros.optional(row, "window_start"), row.getLong("used"), Micros.optional(row, "last_call"));
        }
    }

    static final class SqlAccessTokens implements AccessTokens {
        private final Database database;
        private final Remembered<SecretHash, AccessToken> remembered;

        SqlAccessTokens(Database database) {
            this.database = database;
            this.remembered = new Remembered<>(database);
        }

        @Override
        public AccessToken add(NewAccessToken wanted, SecretHash secret, Instant at) {
            long id = database.write(sql -> sql.insert(
                    """
                    INSERT INTO access_token (account, name, secret, permissions, product, key_lock, created_at,
                      expires_at, lent_to)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                    wanted.account().value(),
                    wanted.name(),
                    secret.toBytes(),
                    names(wanted.permissions()),
                    wanted.product().map(ProductId::value).orElse(null),
                    wanted.keyLock().value(),
                    Micros.of(at),
                    wanted.expiresAt().map(Micros::of).orElse(null),
                    wanted.lentTo().map(UserId::value).orElse(null)));
            return find(new TokenId(id)).orElseThrow();
        }

        @Override
        public void addLocked(TokenId parent, ProductId product, KeyId key, SecretHash secret, Instant at) {
            if (find(secret).isPresent()) {
                return;
            }
            database.write(sql ->
                    sql.update("""
                    INSERT INTO access_token (account, name, secret, permissions, product, key_lock, created_at, parent)
                    SELECT account, name, ?, '', ?, ?, ?, id FROM access_token WHERE id = ?
                    ON CONFLICT DO NOTHING""", secret.toBytes(), product.value(), key.value(), Micros.of(at), parent.value()));
        }

        @Override
        public Optional<AccessToken> find(SecretHash secret) {
            return remembered.find(
                    secret,
                    () -> database.read(sql -> sql.first(
                            "SELECT * FROM access_token_rights WHERE secret = ? AND NOT revoked",
                            SqlAccessTokens::row,
                            secret.toBytes())));
        }

        @Override
        public Optional<AccessToken> find(TokenId id) {
            return database.read(sql ->
                    sql.first("SELECT * FROM access_token_rights WHERE id = ?", SqlAccessTokens::row, id.value()));
        }

        @Override
        public List<AccessToken> list(AccountNumber account) {
            return database.read(sql -> sql.all(
                    "SELECT * FROM access_token_rights WHERE account = ? AND lent_to IS NULL ORDER BY id",
                    SqlAccessTokens::row,
                    account.value()));
        }

        @Override
        public boolean set(TokenId id, Set<Permission> permissions, Optional<ProductId> product, KeyLock keyLock) {
            return database.write(sql -> sql.update(
                            "UPDATE access_token SET permissions = ?, product = ?, key_lock = ? WHERE id = ?",
                            names(permissions),
                            product.map(ProductId::value).orElse(null),
                            keyLock.value(),
                            id.value())
                    == 1);
        }

        @Override
        public boolean revoke(TokenId id) {
            return database.write(
                    sql -> sql.update("UPDATE access_token SET revoked = TRUE WHERE id = ?", id.value()) == 1);
        }

        private static AccessToken row(Row row) throws SQLException {
            long product = row.getLong("product");
            return new AccessToken(
                    new TokenId(row.getLong("id")),
                    new AccountNumber(row.getLong("account")),
                    row.getString("name"),
                    permissions(row),
                    product == 0 ? Optional.empty() : Optional.of(new ProductId(product)),
                    new KeyLock(row.getLong("key_lock")),
                    row.getBoolean("revoked"),
                    Micros.instant(row, "created_at"),
                    Micros.optional(row, "expires_at"));
        }
    }

    static final class SqlUserTokens implements UserTokens {
        private final Database database;

        SqlUserTokens(Database database) {
            this.database = database;
        }

        @Override
        public void add(SecretHash secret, UserToken token) {
            database.writeUnremembered(sql -> sql.update(
                    "INSERT INTO user_token VALUES (?, ?, ?, ?)",
                    secret.toBytes(),
                    token.user().value(),
                    token.application().value(),
                    Micros.of(token.expiresAt())));
        }

        @Override
        public Optional<UserToken> find(SecretHash secret) {
            return database.read(sql -> sql.first(
                    "SELECT * FROM user_token WHERE secret = ?",
                    row -> new UserToken(
                            new UserId(row.getLong("user")),
                            new ApplicationId(row.getLong("application")),
                            Micros.instant(row, "expires_at")),
                    secret.toBytes()));
        }

        @Override
        public void forgetExpiredBefore(Instant then) {
            database.writeUnremembered(
                    sql -> sql.update("DELETE FROM user_token WHERE expires_at < ?", Micros.of(then)));
        }
    }
}

package dev.licet.store.sql.entity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.FileId;
import dev.licet.core.id.FileKeyId;
import dev.licet.core.id.KeyId;
import dev.licet.core.id.SeatId;
import dev.licet.core.offline.FileKey;
import dev.licet.core.offline.LicenseFile;
import dev.licet.core.offline.OfflineFiles;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The tables of license files, of what they are signed with, and of what was merged of the records of use.
final class SqlOfflineFiles implements OfflineFiles {
    private final Database database;

    SqlOfflineFiles(Database database) {
        this.database = database;
    }

    @Override
    public FileKey addKey(AccountNumber account, FileKey.Pair pair, Endorse endorse, Instant at) {
        return database.writeUnremembered(sql -> {
            Optional<FileKey> before = sql.first(
                    "SELECT * FROM file_key WHERE account = ? ORDER BY id DESC LIMIT 1",
                    SqlOfflineFiles::key,
                    account.value());
            long id = sql.insert(
                    """
                    INSERT INTO file_key (account, private_key, public_key, endorsed_by, created_at)
                    VALUES (?, ?, ?, ?, ?)""",
                    account.value(),
                    pair.toPkcs8(),
                    pair.toX509(),
                    before.map(key -> key.id().value()).orElse(null),
                    Micros.of(at));
            if (before.isPresent()) {
                byte[] endorsement = endorse.of(before.get(), new FileKeyId(id));
                sql.update("UPDATE file_key SET endorsement = ? WHERE id = ?", endorsement, id);
            }
            return sql.first("SELECT * FROM file_key WHERE id = ?", SqlOfflineFiles::key, id)
                    .orElseThrow();
        });
    }

    @Override
    public List<FileKey> keys(AccountNumber account) {
        return database.read(sql ->
                sql.all("SELECT * FROM file_key WHERE account = ? ORDER BY id", SqlOfflineFiles::key, account.value()));
    }

    private static FileKey key(Row row) throws SQLException {
        long endorsedBy = row.getLong("endorsed_by");
        return new FileKey(
                new FileKeyId(row.getLong("id")),
                new AccountNumber(row.getLong("account")),
                new FileKey.Pair(row.getBytes("private_key"), row.getBytes("public_key")),
                endorsedBy == 0
                        ? Optional.empty()
                        : Optional.of(new FileKey.Endorsement(new FileKeyId(endorsedBy), row.getBytes("endorsement"))),
                Micros.instant(row, "created_at"));
    }

    @Override
    public LicenseFile add(LicenseFile file) {
        return database.writeUnremembered(sql -> {
            long id = sql.insert(
                    """
                    INSERT INTO license_file (account, key, machine, file_key, issued_at, valid_until, seat)
                    VALUES (?, ?, ?, ?, ?, ?, ?)""",
                    file.account().value(),
                    file.key().value(),
                    file.machine(),
                    file.signedWith().value(),
                    Micros.of(file.issuedAt()),
                    Micros.of(file.validUntil()),
                    file.seat().map(SeatId::value).orElse(null));
            return sql.first("SELECT * FROM license_file WHERE id = ?", SqlOfflineFiles::file, id)
                    .orElseThrow();
        });
    }

    @Override
    public List<LicenseFile> files(AccountNumber account, Optional<KeyId> key, long after, int most) {
        List<Object> arguments = new ArrayList<>(List.of(account.value(), after));
        key.ifPresent(of -> arguments.add(of.value()));
        arguments.add(most);
        return database.read(sql -> sql.all(
                "SELECT * FROM license_file WHERE account = ? AND id > ?" + (key.isPresent() ? " AND key = ?" : "")
                        + " ORDER BY id LIMIT ?",
                SqlOfflineFiles::file,
                arguments.toArray()));
    }

    private static LicenseFile file(Row row) throws SQLException {
        return new LicenseFile(
                new FileId(row.getLong("id")),
                new AccountNumber(row.getLong("account")),
                new KeyId(row.getLong("key")),
                row.getString("machine"),
                new FileKeyId(row.getLong("file_key")),
                Micros.instant(row, "issued_at"),
                Micros.instant(row, "valid_until"),
                Optional.ofNullable(row.getString("seat")).map(SeatId::new));
    }

    @Override
    public Optional<Merged> merged(KeyId key, String machine) {
        return database.read(sql -> merged(sql, key, machine));
    }

    private static Optional<Merged> merged(Sql sql, KeyId key, String machine) throws SQLException {
        return sql.first(
                "SELECT * FROM merged_usage WHERE key = ? AND machine = ?",
                row -> new Merged(row.getLong("number"), row.getString("code")),
                key.value(),
                machine);
    }

    @Override
    public boolean merge(KeyId key, String machine, Optional<Merged> before, Merged now) {
        return database.writeUnremembered(sql -> merged(sql, key, machine).equals(before)
                && sql.update("""
                                INSERT INTO merged_usage VALUES (?, ?, ?, ?)
                                ON CONFLICT (key, machine) DO UPDATE SET number = excluded.number, code = excluded.code""", key.value(), machine, now.number(), now.code()) == 1);
    }
}

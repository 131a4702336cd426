package dev.licet.store.sql.entity;

import dev.licet.core.id.AccountNumber;
import dev.licet.core.id.MessageId;
import dev.licet.core.message.Message;
import dev.licet.core.message.Messages;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The table of messages.
final class SqlMessages implements Messages {
    private final Database database;

    SqlMessages(Database database) {
        this.database = database;
    }

    @Override
    public Message add(AccountNumber account, String channel, String content, Instant at) {
        Instant stored = Micros.instant(Micros.of(at));
        long id = database.writeUnremembered(sql -> sql.insert(
                "INSERT INTO message (account, channel, content, at) VALUES (?, ?, ?, ?)",
                account.value(),
                channel,
                content,
                Micros.of(at)));
        return new Message(new MessageId(id), account, channel, content, stored);
    }

    @Override
    public List<Message> list(AccountNumber account, Optional<String> channel, Instant after, int most) {
        return database.read(
                sql -> sql.all("""
                SELECT * FROM message WHERE account = ? AND at > ? AND coalesce(channel = ?, TRUE)
                ORDER BY at DESC, id DESC LIMIT ?""", SqlMessages::row, account.value(), Micros.of(after), channel.orElse(null), most));
    }

    @Override
    public boolean remove(AccountNumber account, MessageId id) {
        return database.writeUnremembered(sql ->
                sql.update("DELETE FROM message WHERE id = ? AND account = ?", id.value(), account.value()) == 1);
    }

    private static Message row(Row row) throws SQLException {
        return new Message(
                new MessageId(row.getLong("id")),
                new AccountNumber(row.getLong("account")),
                row.getString("channel"),
                row.getString("content"),
                Micros.instant(row, "at"));
    }
}

#include "tmserver/store/sqlite_schema.h"

#include "tmserver/store/open.h"

namespace turbo::store {
namespace {

// A send appends a row to messages; the rest says who holds it. A message's row
// is its line in the register: it outlives the content (subject, labels and
// body), which goes when refs, the number of trays that hold it, comes to 0.
// Large bodies have a table of their own, so that rows stay small for lists and
// for changes of refs.
//
// A request id is remembered in its message's row until it is forgotten. The
// partial indexes find what is to be forgotten, without cost for the rest.
constexpr char kFirstTables[] = R"sql(
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL
);

CREATE TABLE sessions (
  user_id INTEGER PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL
);

CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  sender_id INTEGER NOT NULL,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  size INTEGER NOT NULL,
  refs INTEGER NOT NULL,
  request_id TEXT,
  digest BLOB,
  subject TEXT,
  labels TEXT
);
CREATE UNIQUE INDEX requests ON messages (sender_id, request_id)
  WHERE request_id IS NOT NULL;
CREATE INDEX requests_by_age ON messages (sent_at)
  WHERE request_id IS NOT NULL;
CREATE INDEX released_by_age ON messages (sent_at)
  WHERE refs = 0 AND request_id IS NULL;

CREATE TABLE bodies (
  message_id INTEGER PRIMARY KEY,
  body BLOB NOT NULL
);

CREATE TABLE entries (
  user_id INTEGER NOT NULL,
  box INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  read_at INTEGER,
  PRIMARY KEY (user_id, box, message_id)
) WITHOUT ROWID;

CREATE TABLE trays (
  user_id INTEGER NOT NULL,
  box INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (user_id, box)
) WITHOUT ROWID;

CREATE TABLE receipts (
  message_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  read_at INTEGER NOT NULL,
  PRIMARY KEY (message_id, user_id)
) WITHOUT ROWID;
)sql";

// Attachments: names, media types and sizes stand in the message's row, data in
// rows of their own, by their place in that list. Expired messages are found by
// their index; it holds none that lost its content.
constexpr char kAttachmentsAndExpiry[] = R"sql(
ALTER TABLE messages ADD COLUMN in_reply_to INTEGER;
ALTER TABLE messages ADD COLUMN attachments TEXT;
ALTER TABLE messages ADD COLUMN expires_at INTEGER;
CREATE INDEX messages_by_expiry ON messages (expires_at)
  WHERE expires_at IS NOT NULL;

CREATE TABLE attachments (
  message_id INTEGER NOT NULL,
  place INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (message_id, place)
);
)sql";

// A token's newest secret has no ends_at; those that rotations replaced have.
constexpr char kAccessTokens[] = R"sql(
CREATE TABLE access_tokens (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  scope INTEGER NOT NULL,
  life INTEGER,
  expires_at INTEGER,
  used_at INTEGER,
  UNIQUE (user_id, name)
);

CREATE TABLE token_secrets (
  secret_hash BLOB PRIMARY KEY,
  token_id INTEGER NOT NULL,
  ends_at INTEGER
) WITHOUT ROWID;
CREATE INDEX secrets_by_token ON token_secrets (token_id);
)sql";

// A send appends rows only; the rest is settled later (tail.h): everything of
// messages up to meta's `settled`, and each tray up to its own. `copy` says
// whether the sender kept one. A settled request id is in a table of its own.
constexpr char kTail[] = R"sql(
INSERT INTO meta (key, value)
  SELECT 'settled', coalesce(max(id), 0) FROM messages;
ALTER TABLE messages ADD COLUMN copy INTEGER;
ALTER TABLE trays ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;

DROP INDEX requests;
CREATE TABLE requests (
  sender_id INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  message_id INTEGER NOT NULL,
  PRIMARY KEY (sender_id, request_id)
) WITHOUT ROWID;
INSERT INTO requests
  SELECT sender_id, request_id, id FROM messages WHERE request_id IS NOT NULL;
)sql";

// A deleted account keeps its row, so that its id comes never again and its
// receipts have a name: `name#id`, which nobody can have. forgotten_entries
// counts what the register lost: without gaps in ids, the rest is known.
constexpr char kAdministration[] = R"sql(
ALTER TABLE users ADD COLUMN role INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN tray_capacity INTEGER;
ALTER TABLE users ADD COLUMN created_at INTEGER;
ALTER TABLE users ADD COLUMN deleted_at INTEGER;
CREATE INDEX deleted_users ON users (deleted_at)
  WHERE deleted_at IS NOT NULL;

CREATE TABLE retired_names (
  name TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE invites (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  code_hash BLOB NOT NULL UNIQUE,
  uses INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);

INSERT INTO meta (key, value)
  SELECT 'forgotten_entries',
         max(coalesce((SELECT max(id) FROM messages), 0),
             coalesce((SELECT value FROM meta WHERE key = 'forgotten'), 0))
         - (SELECT count(*) FROM messages);
CREATE TRIGGER entry_forgotten AFTER DELETE ON messages BEGIN
  UPDATE meta SET value = value + 1 WHERE key = 'forgotten_entries';
END;
)sql";

// Where it is null, the body is in bodies, as all of them were.
constexpr char kShortBodies[] = R"sql(
ALTER TABLE messages ADD COLUMN body BLOB;
)sql";

constexpr const char* kSteps[] = {kFirstTables,    kAttachmentsAndExpiry,
                                  kAccessTokens,   kTail,
                                  kAdministration, kShortBodies};

using Kind = OpenError::Kind;

int64_t Pragma(sqlite::Connection& connection, sqlite::Sql pragma) {
  return connection.FindInt(pragma).value_or(0);
}

// Whether nobody has written to the file yet.
bool IsBlank(sqlite::Connection& connection) {
  return Pragma(connection, "SELECT count(*) FROM sqlite_schema") == 0;
}

}  // namespace

std::span<const char* const> SchemaSteps() { return kSteps; }

void Migrate(sqlite::Connection& connection, std::span<const char* const> steps,
             const std::string& path) {
  const int64_t owner = Pragma(connection, "PRAGMA application_id");
  const int64_t found = Pragma(connection, "PRAGMA user_version");
  const int64_t last = static_cast<int64_t>(steps.size());
  if (owner != kApplicationId && (owner != 0 || !IsBlank(connection))) {
    throw OpenError(Kind::kConfig,
                    path + " is another program's database: name another file");
  }
  if (found > last) {
    throw OpenError(
        Kind::kConfig,
        path + " was written by a newer tmserver (version " +
            std::to_string(found) + " of the store; this one knows up to " +
            std::to_string(last) + "): use that, or restore a backup");
  }
  for (int64_t version = found; version < last; ++version) {
    connection.Execute("BEGIN IMMEDIATE");
    connection.Execute(steps[static_cast<size_t>(version)]);
    connection.Execute("PRAGMA application_id = " +
                       std::to_string(kApplicationId));
    connection.Execute("PRAGMA user_version = " + std::to_string(version + 1));
    connection.Execute("COMMIT");
  }
}

}  // namespace turbo::store

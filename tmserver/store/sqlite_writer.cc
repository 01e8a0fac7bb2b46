#include "tmserver/store/sqlite_writer.h"

#include <exception>
#include <utility>

#include "tmserver/store/answers.h"
#include "tmserver/store/open.h"
#include "tmserver/store/sqlite_schema.h"

namespace turbo::store {
namespace {

// Pages (4 KiB): a longer log is moved into the file between two batches.
constexpr int kCheckpointPages = 1000;

// The upper levels of the tables, and what is settled next.
constexpr char kCacheOf16MiB[] = "PRAGMA cache_size = -16384";

}  // namespace

SqliteWriter::SqliteWriter(const std::string& path, size_t most_waiting)
    : db_(path), readers_(path), most_waiting_(most_waiting) {
  db_.Execute("PRAGMA synchronous = FULL");
  db_.Execute(kCacheOf16MiB);
  Migrate(db_, SchemaSteps(), path);
  if (db_.GetText("PRAGMA journal_mode = WAL") != "wal") {
    throw OpenError(OpenError::Kind::kFailed,
                    "SQLite can't keep a write-ahead log beside " + path);
  }
  db_.Run("INSERT OR IGNORE INTO meta (key, value) VALUES ('identity', ?)",
          NewIdentity());
  identity_ = db_.GetText("SELECT value FROM meta WHERE key = 'identity'");
  Rebuild();
}

// What can't be settled now is found again at the next start.
SqliteWriter::~SqliteWriter() {
  if (abandoned_) return;
  try {
    Begin();
    SettleAll();
    Commit();
  } catch (const std::exception&) {
  }
}

// Maintain may have begun.
void SqliteWriter::Begin() {
  if (!db_.InTransaction()) db_.Run("BEGIN IMMEDIATE");
}

void SqliteWriter::Commit() {
  SettleShare();
  db_.Commit();
  const uint64_t commit = readers_.NoteCommit();
  // Before the tail forgets what is settled, and tells what is new.
  for (const auto* trays : {&changed_, &settled_}) {
    for (const auto& [user, box] : *trays) {
      tray_commits_.Change(user, box, commit);
    }
  }
  if (std::exchange(accounts_changed_, false)) accounts_commit_ = commit;
  if (!may_purge_ && has_leftovers_) {
    tray_commits_.ChangeAll(commit);  // nobody looks at what was there before
    has_leftovers_ = false;
  }
  if (cautious_commits_ > 0) --cautious_commits_;
  UpdateTail(commit);
}

void SqliteWriter::Rollback() {
  // SQLite may have done it already.
  if (db_.InTransaction()) db_.Run("ROLLBACK");
  ForgetChanges();
}

void SqliteWriter::Maintain() {
  if (IsMaintenanceLong()) Checkpoint();
  Begin();
}

bool SqliteWriter::IsMaintenanceLong() const {
  return db_.LogPages() >= kCheckpointPages;
}

// An empty log starts again from its beginning, in room that it already has.
void SqliteWriter::MakeRoom() { Checkpoint(); }

void SqliteWriter::Checkpoint() {
  readers_.LetGo();
  db_.Checkpoint();
  readers_.LetGo();
}

void SqliteWriter::Abandon() noexcept {
  abandoned_ = true;
  db_.NeverCheckpoint();
}

}  // namespace turbo::store

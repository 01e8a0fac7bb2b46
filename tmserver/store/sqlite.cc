#include "tmserver/store/sqlite.h"

#include <sqlite3.h>

#include <cerrno>

#include "tmserver/store/failure.h"

namespace turbo::store::sqlite {
namespace {

constexpr int kBusyTimeoutMs = 10000;

// A quota or a full disk comes as SQLITE_FULL or as a failed write; a failed
// fsync is never a mere lack of room.
bool IsNoSpace(int code, int system_error) {
  if (code == SQLITE_FULL) return true;
  const bool writing = code == SQLITE_IOERR_WRITE ||
                       code == SQLITE_IOERR_SHMSIZE ||
                       code == SQLITE_IOERR_TRUNCATE;
  return writing && (system_error == ENOSPC || system_error == EDQUOT);
}

[[noreturn]] void Throw(sqlite3* connection) {
  const int code = sqlite3_extended_errcode(connection);
  const std::string message = sqlite3_errmsg(connection);
  if (IsNoSpace(code, sqlite3_system_errno(connection))) {
    throw NoSpace(message);
  }
  throw Error(code, message);
}

void Check(sqlite3* connection, int result) {
  if (result != SQLITE_OK) Throw(connection);
}

// SQLite counts what it allocates, under one mutex for all connections; nobody
// asks for that.
void CountNoMemory() {
  static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(once);
}

// SQLite takes a null pointer for NULL, not for an empty string.
const char* NotNull(std::string_view bytes) {
  return bytes.data() == nullptr ? "" : bytes.data();
}

}  // namespace

bool Error::IsCorrupt() const {
  const int primary = code_ & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

bool Query::Step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) Throw(connection_);
  return false;
}

bool Query::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

int64_t Query::Int(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<int64_t> Query::OptionalInt(int column) const {
  return IsNull(column) ? std::nullopt : std::optional(Int(column));
}

std::string Query::Text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Query::Reset::operator()(sqlite3_stmt* statement) const {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

void Query::Bind(int index, int64_t value) {
  Check(connection_, sqlite3_bind_int64(statement_.get(), index + 1, value));
}

void Query::Bind(int index, std::string_view text) {
  Check(connection_,
        sqlite3_bind_text64(statement_.get(), index + 1, NotNull(text),
                            text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::Bind(int index, Blob blob) {
  Check(connection_,
        sqlite3_bind_blob64(statement_.get(), index + 1, NotNull(blob.bytes),
                            blob.bytes.size(), SQLITE_STATIC));
}

Connection::Connection(const std::string& path) {
  CountNoMemory();
  sqlite3* opened = nullptr;
  const int result =
      sqlite3_open_v2(path.c_str(), &opened,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  connection_.reset(opened);  // there even where opening it failed
  if (opened == nullptr) throw std::bad_alloc();
  Check(opened, result);
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, kBusyTimeoutMs);
  // This hook takes the place of SQLite's own, which checkpoints.
  sqlite3_wal_hook(
      opened,
      [](void* log_pages, sqlite3*, const char*, int pages) {
        *static_cast<int*>(log_pages) = pages;
        return SQLITE_OK;
      },
      &log_pages_);
}

// SQLite syncs the log before it notes the commit in its index, where it can
// fail for lack of room, too (SQLITE_IOERR_SHMSIZE). And sqlite3_system_errno
// is that of an earlier statement: only SQLITE_FULL tells what happened.
void Connection::Commit() {
  const Query commit = Start("COMMIT");
  if (sqlite3_step(commit.statement_.get()) == SQLITE_DONE) return;
  const int code = sqlite3_extended_errcode(connection_.get());
  const std::string message = sqlite3_errmsg(connection_.get());
  if (code == SQLITE_FULL) throw NoSpace(message);
  throw Error(code, message);
}

void Connection::Execute(const std::string& sql) {
  Check(connection_.get(), sqlite3_exec(connection_.get(), sql.c_str(), nullptr,
                                        nullptr, nullptr));
}

std::string Connection::GetText(Sql sql) {
  Query query = Start(sql);
  return query.Step() ? query.Text(0) : std::string();
}

bool Connection::InTransaction() const {
  return sqlite3_get_autocommit(connection_.get()) == 0;
}

void Connection::NeverCheckpoint() {
  Check(connection_.get(),
        sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
                          1, nullptr));
}

void Connection::Checkpoint() {
  Check(connection_.get(),
        sqlite3_wal_checkpoint_v2(connection_.get(), nullptr,
                                  SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr));
  log_pages_ = 0;
}

void Connection::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

void Connection::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

sqlite3_stmt* Connection::Prepare(Sql sql) {
  auto& statement = statements_[sql.text()];
  if (statement == nullptr) {
    sqlite3_stmt* prepared = nullptr;
    Check(connection_.get(),
          sqlite3_prepare_v3(connection_.get(), sql.text(), -1,
                             SQLITE_PREPARE_PERSISTENT, &prepared, nullptr));
    statement.reset(prepared);
  }
  return statement.get();
}

int64_t Connection::Changes() const {
  return sqlite3_changes64(connection_.get());
}

}  // namespace turbo::store::sqlite

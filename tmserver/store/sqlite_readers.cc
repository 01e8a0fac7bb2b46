#include "tmserver/store/sqlite_readers.h"

#include <exception>

namespace turbo::store {
namespace {

// More would wait for a processor instead of for a connection.
constexpr int kMostReaders = 8;

// The upper levels of the tables, and trays that are looked at often.
constexpr char kCacheOf64MiB[] = "PRAGMA cache_size = -65536";

}  // namespace

SqliteReaders::Reader::Reader(const std::string& path) : connection(path) {
  connection.NeverCheckpoint();
  connection.Execute("PRAGMA query_only = ON");
  connection.Execute(kCacheOf64MiB);
}

void SqliteReaders::Reader::See(uint64_t needed, uint64_t commits_now) {
  if (connection.InTransaction()) {
    if (commits >= needed) return;
    connection.Run("COMMIT");
  }
  connection.Run("BEGIN");
  commits = commits_now;
}

bool SqliteReaders::Reader::LetGo() noexcept {
  try {
    if (connection.InTransaction()) connection.Run("COMMIT");
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

std::unique_ptr<SqliteReaders::Reader> SqliteReaders::Take(uint64_t commits) {
  std::unique_ptr<Reader> reader = Borrow();
  try {
    if (reader == nullptr) reader = std::make_unique<Reader>(path_);
    reader->moves = moves_;
    reader->See(commits, commits_);
    return reader;
  } catch (...) {
    GiveBack(nullptr);
    throw;
  }
}

std::unique_ptr<SqliteReaders::Reader> SqliteReaders::Borrow() {
  std::unique_lock lock(mutex_);
  given_back_.wait(lock, [this] { return lent_ < kMostReaders; });
  ++lent_;
  if (idle_.empty()) return nullptr;
  auto reader = std::move(idle_.back());
  idle_.pop_back();
  return reader;
}

void SqliteReaders::GiveBack(std::unique_ptr<Reader> reader) {
  {
    const std::lock_guard lock(mutex_);
    --lent_;
    // LetGo may have looked for it in vain.
    const bool is_old = reader != nullptr && reader->moves != moves_;
    if (is_old && !reader->LetGo()) reader.reset();
    if (reader != nullptr) idle_.push_back(std::move(reader));
  }
  given_back_.notify_one();
}

void SqliteReaders::LetGo() {
  const std::lock_guard lock(mutex_);
  ++moves_;
  std::erase_if(idle_, [](const auto& reader) { return !reader->LetGo(); });
}

}  // namespace turbo::store

#include "tmserver/store/sqlite_readers.h"

namespace turbo::store {
namespace {

// More would wait for a processor instead of for a connection.
constexpr int kMostReaders = 8;

// The upper levels of the tables, and trays that are looked at often.
constexpr char kCacheOf64MiB[] = "PRAGMA cache_size = -65536";

std::unique_ptr<sqlite::Connection> OpenReader(const std::string& path) {
  auto connection = std::make_unique<sqlite::Connection>(path);
  connection->NeverCheckpoint();
  connection->Execute("PRAGMA query_only = ON");
  connection->Execute(kCacheOf64MiB);
  return connection;
}

}  // namespace

std::unique_ptr<sqlite::Connection> SqliteReaders::Take() {
  {
    std::unique_lock lock(mutex_);
    given_back_.wait(lock, [this] { return lent_ < kMostReaders; });
    ++lent_;
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  try {
    return OpenReader(path_);
  } catch (...) {
    GiveBack(nullptr);
    throw;
  }
}

void SqliteReaders::GiveBack(std::unique_ptr<sqlite::Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    --lent_;
    if (connection != nullptr) idle_.push_back(std::move(connection));
  }
  given_back_.notify_one();
}

}  // namespace turbo::store

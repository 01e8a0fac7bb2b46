// The connections that read from a SQLite store.
#ifndef TMSERVER_STORE_SQLITE_READERS_H_
#define TMSERVER_STORE_SQLITE_READERS_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tmserver/store/sqlite.h"

namespace turbo::store {

// A few connections, opened when first needed. They see what is committed and
// can neither write nor checkpoint. Thread-safe.
class SqliteReaders {
 public:
  explicit SqliteReaders(std::string path) : path_(std::move(path)) {}

  // Calls `read` with a connection of its own, waiting for one where all are
  // busy. Throws what the connection throws.
  template <class Read>
  auto Use(Read read) {
    Loan loan(*this);
    auto result = read(*loan.connection);
    loan.sound = true;
    return result;
  }

 private:
  // A connection on which something failed is closed, not lent again.
  struct Loan {
    explicit Loan(SqliteReaders& owner)
        : readers(owner), connection(owner.Take()) {}
    ~Loan() {
      if (!sound) connection.reset();
      readers.GiveBack(std::move(connection));
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

    SqliteReaders& readers;
    std::unique_ptr<sqlite::Connection> connection;
    bool sound = false;
  };

  std::unique_ptr<sqlite::Connection> Take();
  void GiveBack(std::unique_ptr<sqlite::Connection> connection);

  const std::string path_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<sqlite::Connection>> idle_;
  int lent_ = 0;
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_SQLITE_READERS_H_

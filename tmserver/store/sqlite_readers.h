// The connections that read from a SQLite store.
#ifndef TMSERVER_STORE_SQLITE_READERS_H_
#define TMSERVER_STORE_SQLITE_READERS_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tmserver/store/sqlite.h"

namespace turbo::store {

// A few connections, opened when first needed. They see what is committed and
// can neither write nor checkpoint. Each keeps the state that it saw last, with
// its pages, until somebody needs a newer one or the log is moved. Thread-safe.
class SqliteReaders {
 public:
  explicit SqliteReaders(std::string path) : path_(std::move(path)) {}

  // Calls `read` with a connection of its own, waiting for one where all are
  // busy. All that it reads is one state, with all commits that were noted
  // before, or at least the first `commits` of them. Throws what the connection
  // throws.
  template <class Read>
  auto Use(uint64_t commits, Read read) {
    Loan loan(*this, commits);
    auto result = read(loan.reader->connection);
    loan.sound = true;
    return result;
  }
  template <class Read>
  auto Use(Read read) {
    return Use(commits_, std::move(read));
  }

  // After each commit; answers for how many there were.
  uint64_t NoteCommit() { return ++commits_; }

  // Before a checkpoint, which moves only what nobody reads any more, and after
  // it, so that the log can begin again: ends what is kept.
  void LetGo();

 private:
  // A connection, and what it sees: the state after `commits`.
  struct Reader {
    explicit Reader(const std::string& path);
    // Those of `commits_now`, unless it sees so many as are `needed`.
    void See(uint64_t needed, uint64_t commits_now);
    // False where the connection can't be used any more.
    bool LetGo() noexcept;

    sqlite::Connection connection;
    uint64_t commits = 0;
    uint64_t moves = 0;  // before it was lent
  };

  // A connection on which something failed is closed, not lent again.
  struct Loan {
    Loan(SqliteReaders& owner, uint64_t commits)
        : readers(owner), reader(owner.Take(commits)) {}
    ~Loan() {
      if (!sound) reader.reset();
      readers.GiveBack(std::move(reader));
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

    SqliteReaders& readers;
    std::unique_ptr<Reader> reader;
    bool sound = false;
  };

  std::unique_ptr<Reader> Take(uint64_t commits);
  // An idle one, or null.
  std::unique_ptr<Reader> Borrow();
  void GiveBack(std::unique_ptr<Reader> reader);

  const std::string path_;
  std::atomic<uint64_t> commits_ = 0;
  std::atomic<uint64_t> moves_ = 0;  // how often all had to let go
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<Reader>> idle_;
  int lent_ = 0;
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_SQLITE_READERS_H_

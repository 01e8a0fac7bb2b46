// The SQLite C API as the store needs it: a connection, its prepared
// statements, and exceptions instead of result codes.
#ifndef TMSERVER_STORE_SQLITE_H_
#define TMSERVER_STORE_SQLITE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace turbo::store::sqlite {

// A call that failed for another reason than room, which is NoSpace.
class Error : public std::runtime_error {
 public:
  Error(int code, const std::string& message)
      : std::runtime_error(message), code_(code) {}

  // The file is no database, or a damaged one.
  bool IsCorrupt() const;

 private:
  int code_;  // SQLite's extended one
};

// A statement's text, which is there as long as the program: it is known again
// by its address.
class Sql {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): literals stand for statements.
  consteval Sql(const char* text) : text_(text) {}
  const char* text() const { return text_; }

 private:
  const char* text_;
};

// A parameter that is bytes, not text.
struct Blob {
  std::string_view bytes;
};

// A prepared statement while it runs; it is ready for its next use when this is
// destroyed. Columns and parameters are counted from 0.
class Query {
 public:
  Query(Query&&) = default;

  // Goes to the next row; false after the last one.
  bool Step();

  bool IsNull(int column) const;
  int64_t Int(int column) const;
  std::optional<int64_t> OptionalInt(int column) const;
  // Text or bytes; empty where it is null.
  std::string Text(int column) const;

 private:
  friend class Connection;
  struct Reset {
    void operator()(sqlite3_stmt* statement) const;
  };

  Query(sqlite3* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}

  // What is bound must live for as long as the query.
  void Bind(int index, int64_t value);
  void Bind(int index, int value) { Bind(index, int64_t{value}); }
  void Bind(int index, std::string_view text);
  void Bind(int index, Blob blob);
  template <class T>
  void Bind(int index, const std::optional<T>& value) {
    if (value) Bind(index, *value);
  }

  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, Reset> statement_;
};

// Used by one thread at a time. Every function throws Error or NoSpace.
class Connection {
 public:
  // Opens a file that exists.
  explicit Connection(const std::string& path);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs `sql`, which has no parameters and whose rows don't matter.
  void Execute(const std::string& sql);

  // Starts the one statement in `sql`, which is prepared at its first use. No
  // two queries of one text at once. Strings must live for as long as the
  // query.
  template <class... Args>
  Query Start(Sql sql, const Args&... args) {
    Query query(connection_.get(), Prepare(sql));
    int index = 0;
    (query.Bind(index++, args), ...);
    return query;
  }

  // Runs a statement to its end. Answers how many rows it changed.
  template <class... Args>
  int64_t Run(Sql sql, const Args&... args) {
    Query query = Start(sql, args...);
    while (query.Step()) {
    }
    return Changes();
  }

  // The first column of the first row.
  template <class... Args>
  std::optional<int64_t> FindInt(Sql sql, const Args&... args) {
    Query query = Start(sql, args...);
    return query.Step() ? query.OptionalInt(0) : std::nullopt;
  }
  std::string GetText(Sql sql);

  // Makes what was begun durable. NoSpace: nothing of it will ever be there;
  // Error: it may be found when the file is opened again.
  void Commit();

  bool InTransaction() const;

  // Leaves checkpoints to those who call Checkpoint, even at the end.
  void NeverCheckpoint();

  // Pages in the write-ahead log after this connection's last commit; 0 after
  // its last checkpoint.
  int LogPages() const { return log_pages_; }

  // Moves what no reader still needs from the log into the file.
  void Checkpoint();

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  sqlite3_stmt* Prepare(Sql sql);
  int64_t Changes() const;

  int log_pages_ = 0;
  std::unique_ptr<sqlite3, Close> connection_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>>
      statements_;  // by their text
};

}  // namespace turbo::store::sqlite

#endif  // TMSERVER_STORE_SQLITE_H_

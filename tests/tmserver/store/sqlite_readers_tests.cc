#include <boost/test/unit_test.hpp>
#include <fstream>

#include "tests/temp_dir.h"
#include "tmserver/store/sqlite_readers.h"

namespace turbo::store {
namespace {

// A file with one table, and somebody who writes to it.
struct Shelf {
  Shelf() {
    writer.Execute("PRAGMA journal_mode = WAL");
    writer.Execute("CREATE TABLE books (id INTEGER PRIMARY KEY)");
  }

  static std::string Touch(const std::string& path) {
    std::ofstream(path).flush();
    return path;
  }

  uint64_t Add() {
    writer.Run("INSERT INTO books DEFAULT VALUES");
    return readers.NoteCommit();
  }

  static int64_t Count(sqlite::Connection& db) {
    return db.FindInt("SELECT count(*) FROM books").value();
  }

  TempDir dir;
  const std::string path = Touch((dir / "file").string());
  sqlite::Connection writer{path};
  SqliteReaders readers{path};
};

BOOST_FIXTURE_TEST_SUITE(sqlite_readers, Shelf)

BOOST_AUTO_TEST_CASE(a_reader_sees_all_commits_unless_told_otherwise) {
  Add();
  BOOST_TEST(readers.Use(Count) == 1);
  Add();
  BOOST_TEST(readers.Use(Count) == 2);
}

BOOST_AUTO_TEST_CASE(a_reader_keeps_what_it_sees_while_that_is_enough) {
  const uint64_t first = Add();
  BOOST_TEST(readers.Use(first, Count) == 1);
  const uint64_t second = Add();
  BOOST_TEST(readers.Use(first, Count) == 1);
  BOOST_TEST(readers.Use(second, Count) == 2);
  BOOST_TEST(readers.Use(first, Count) == 2);
}

BOOST_AUTO_TEST_CASE(who_lets_go_sees_what_is_new) {
  const uint64_t first = Add();
  BOOST_TEST(readers.Use(first, Count) == 1);
  Add();
  readers.LetGo();
  BOOST_TEST(readers.Use(first, Count) == 2);
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_lent_lets_go_when_it_comes_back) {
  const uint64_t first = Add();
  readers.Use(first, [&](sqlite::Connection& db) {
    BOOST_TEST(Count(db) == 1);
    Add();
    readers.LetGo();
    return Count(db);
  });
  BOOST_TEST(readers.Use(first, Count) == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store

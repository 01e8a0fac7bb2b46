#include <boost/test/unit_test.hpp>
#include <fstream>

#include "tests/tmserver/store/store_testing.h"
#include "tmserver/store/sqlite_schema.h"

namespace turbo::store {
namespace {

constexpr const char* kTwoSteps[] = {
    "CREATE TABLE one (a); INSERT INTO one VALUES (1);",
    "ALTER TABLE one ADD COLUMN b DEFAULT 2;"};

std::string MakeEmpty(const std::filesystem::path& path) {
  std::ofstream{path};
  return path.string();
}

// An empty file to be migrated.
struct Fresh {
  TempDir dir;
  std::string path = MakeEmpty(dir / "mail.db");
  sqlite::Connection db{path};
};

BOOST_FIXTURE_TEST_SUITE(sqlite_schema, Fresh)

BOOST_AUTO_TEST_CASE(an_empty_file_gets_every_step) {
  Migrate(db, kTwoSteps, path);
  BOOST_TEST(db.FindInt("PRAGMA user_version").value() == 2);
  BOOST_TEST(db.FindInt("PRAGMA application_id").value() == kApplicationId);
  BOOST_TEST(db.FindInt("SELECT a + b FROM one").value() == 3);
}

BOOST_AUTO_TEST_CASE(an_older_version_gets_what_it_lacks) {
  Migrate(db, std::span(kTwoSteps).first(1), path);
  db.Execute("INSERT INTO one VALUES (5)");
  Migrate(db, kTwoSteps, path);
  BOOST_TEST(db.FindInt("SELECT sum(a + b) FROM one").value() == 10);
  Migrate(db, kTwoSteps, path);
  BOOST_TEST(db.FindInt("SELECT count(*) FROM one").value() == 2);
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_leaves_the_version_before_it) {
  const char* const steps[] = {
      kTwoSteps[0], "CREATE TABLE two (a); INSERT INTO missing VALUES (1);"};
  BOOST_CHECK_THROW(Migrate(db, steps, path), sqlite::Error);
  db.Execute("ROLLBACK");
  BOOST_TEST(db.FindInt("PRAGMA user_version").value() == 1);
  BOOST_TEST(!db.FindInt("SELECT 1 FROM sqlite_schema WHERE name = 'two'"));
}

BOOST_AUTO_TEST_CASE(a_newer_version_is_refused) {
  Migrate(db, kTwoSteps, path);
  try {
    Migrate(db, std::span(kTwoSteps).first(1), path);
    BOOST_ERROR("it was accepted");
  } catch (const OpenError& error) {
    BOOST_TEST((error.kind() == OpenError::Kind::kConfig));
    BOOST_TEST(std::string(error.what()).find("newer") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(other_programs_databases_are_left_alone) {
  db.Execute("CREATE TABLE theirs (a)");
  BOOST_CHECK_THROW(Migrate(db, kTwoSteps, path), OpenError);
  db.Execute("DROP TABLE theirs; PRAGMA application_id = 7");
  BOOST_CHECK_THROW(Migrate(db, kTwoSteps, path), OpenError);
  BOOST_TEST(db.FindInt("PRAGMA user_version").value() == 0);
}

BOOST_AUTO_TEST_CASE(the_stores_own_steps_run) {
  Migrate(db, SchemaSteps(), path);
  BOOST_TEST(db.FindInt("PRAGMA user_version").value() ==
             static_cast<int64_t>(SchemaSteps().size()));
}

// Before the tail: entries and request ids were written with each send.
BOOST_AUTO_TEST_CASE(mail_of_the_third_version_is_kept) {
  Migrate(db, SchemaSteps().first(3), path);
  db.Execute(R"sql(
INSERT INTO users VALUES (1, 'ana', 'x'), (2, 'beto', 'x');
INSERT INTO messages (id, sender_id, sender, recipients, sent_at, size, refs,
  request_id, digest) VALUES (1, 1, 'ana', 'beto', 1000, 4, 2, 'key', x'61');
INSERT INTO bodies VALUES (1, 'body');
INSERT INTO entries VALUES (1, 1, 1, NULL), (2, 0, 1, NULL);
INSERT INTO trays VALUES (1, 1, 1), (2, 0, 1);)sql");
  const auto store = Open("sqlite:" + path, NoFault);
  Desk desk(*store);
  BOOST_TEST(desk.Get(2, mail::Box::kInbox, 1)->body == "body");
  BOOST_TEST(desk.Count(1, mail::Box::kOutbox) == 1);
  const auto known = store->FindRequest({1, "key", "a", false});
  BOOST_TEST(known.value().value().id == 1);
  mail::Delivery op;
  op.sender = 1;
  op.from = "ana";
  op.draft.to = {"beto"};
  op.now = At(2000);
  BOOST_TEST(desk.Send(op).value().id == 2);
  BOOST_TEST(desk.Count(2, mail::Box::kInbox) == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store

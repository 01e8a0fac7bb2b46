#include <boost/test/unit_test.hpp>

#include "tests/tmserver/store/house.h"
#include "tmserver/store/sqlite_file.h"
#include "tmserver/store/sqlite_writer.h"

namespace turbo::store {
namespace {

BOOST_AUTO_TEST_SUITE(sqlite_writer)

// Its id may be somebody else's by then.
BOOST_AUTO_TEST_CASE(an_account_that_was_undone_gets_no_mail) {
  const TempDir dir;
  const std::string path = dir / "mail.db";
  PrepareFile(path);
  SqliteWriter writer(path, Tuning{}.most_waiting);
  Delivery op;
  op.from = "ana";
  op.draft.to = {"beto"};
  writer.Begin();
  op.sender = writer.CreateAccount({"ana", "", "", At(1)}).value();
  writer.Commit();

  writer.Begin();
  BOOST_TEST(writer.CreateAccount({"beto", "", "", At(1)}).has_value());
  BOOST_TEST(writer.Deliver(op).has_value());
  writer.Rollback();

  writer.Begin();
  BOOST_TEST((CodeOf(writer.Deliver(op)) == ErrorCode::kRecipientNotFound));
  writer.Commit();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store

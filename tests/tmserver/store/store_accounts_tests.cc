// Accounts and logins: what every store promises.
#include "tests/tmserver/store/house.h"

namespace turbo::store {
namespace {

BOOST_AUTO_TEST_SUITE(store_contract_accounts)

BOOST_DATA_TEST_CASE(identities_differ, kStores, engine) {
  const House one(engine);
  const House other(engine);
  BOOST_TEST(one.store->Identity().size() == 36u);
  BOOST_TEST(one.store->Identity() != other.store->Identity());
}

BOOST_DATA_TEST_CASE(an_account_is_found_by_its_name, kStores, engine) {
  House house(engine);
  const auto account = house.store->FindAccount("beto").value();
  BOOST_REQUIRE(account.has_value());
  BOOST_TEST(account->id == house.beto);
  BOOST_TEST(account->user == "beto");
  BOOST_TEST(account->password_hash == "beto");
  BOOST_TEST(!house.store->FindAccount("nobody").value().has_value());
}

BOOST_DATA_TEST_CASE(a_name_is_given_once, kStores, engine) {
  House house(engine);
  const auto again = house.desk.Register("ana");
  BOOST_TEST((CodeOf(again) == ErrorCode::kUserExists));
  CheckSame(again.error().users, {"ana"});
  BOOST_TEST((house.store->FindSession("ana").value()->created_at == At(1)));
}

BOOST_DATA_TEST_CASE(registering_logs_in, kStores, engine) {
  House house(engine);
  const auto session = house.store->FindSession("ana").value();
  BOOST_REQUIRE(session.has_value());
  BOOST_TEST(session->user_id == house.ana);
  BOOST_TEST(session->user == "ana");
  BOOST_TEST((session->created_at == At(1)));
  BOOST_TEST((session->used_at == At(1)));
  BOOST_TEST(!house.store->FindSession("unknown").value().has_value());
}

BOOST_DATA_TEST_CASE(a_login_ends_the_earlier_one, kStores, engine) {
  House house(engine);
  BOOST_TEST(house.desk.Open({house.ana, "ana", "token", At(5)}).has_value());
  BOOST_TEST(!house.store->FindSession("ana").value().has_value());
  BOOST_TEST((house.store->FindSession("token").value()->created_at == At(5)));
  BOOST_TEST(house.store->FindSession("beto").value().has_value());
}

BOOST_DATA_TEST_CASE(a_token_hash_is_one_login, kStores, engine) {
  House house(engine);
  BOOST_TEST(house.desk.Open({house.ana, "ana", "beto", At(5)}).has_value());
  BOOST_TEST(house.store->FindSession("beto").value()->user == "ana");
}

BOOST_DATA_TEST_CASE(a_use_is_written_down_until_the_login_ends, kStores,
                     engine) {
  House house(engine);
  BOOST_TEST(house.desk.Renew("ana", 7).has_value());
  const auto session = house.store->FindSession("ana").value();
  BOOST_TEST((session->created_at == At(1)));
  BOOST_TEST((session->used_at == At(7)));
  BOOST_TEST(house.desk.End("ana").has_value());
  BOOST_TEST(!house.store->FindSession("ana").value().has_value());
  BOOST_TEST(house.desk.Renew("ana", 8).has_value());
  BOOST_TEST(house.desk.End("ana").has_value());
  BOOST_TEST(!house.store->FindSession("ana").value().has_value());
}

BOOST_DATA_TEST_CASE(a_changed_password_stops_the_old_one, kStores, engine) {
  House house(engine);
  BOOST_TEST(house.desk.ChangePassword({house.ana, "ana", "new"}).has_value());
  BOOST_TEST(house.store->FindAccount("ana").value()->password_hash == "new");
  BOOST_TEST((CodeOf(house.desk.ChangePassword({house.ana, "ana", "other"})) ==
              ErrorCode::kBadCredentials));
  BOOST_TEST((CodeOf(house.desk.Open({house.ana, "ana", "token", At(5)})) ==
              ErrorCode::kBadCredentials));
  BOOST_TEST(house.store->FindSession("ana").value().has_value());
  BOOST_TEST(!house.store->FindSession("token").value().has_value());
}

BOOST_DATA_TEST_CASE(of_two_password_changes_at_once_one_wins, kStores,
                     engine) {
  House house(engine);
  std::vector<std::future<mail::Result<mail::Nothing>>> answers;
  for (int i = 0; i < 20; ++i) {
    answers.push_back(Begin<mail::Nothing>([&](auto done) {
      house.store->ChangePassword({house.ana, "ana", std::to_string(i)}, done);
    }));
  }
  int won = 0;
  for (auto& answer : answers) won += answer.get().has_value() ? 1 : 0;
  BOOST_TEST(won == 1);
  BOOST_TEST(house.store->FindAccount("ana").value()->password_hash == "0");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store

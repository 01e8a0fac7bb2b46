// Access tokens: what every store promises.
#include "tests/tmserver/store/house.h"

namespace turbo::store {
namespace {

using mail::AccessToken;
using mail::Scope;

constexpr size_t kTokens = 3;
constexpr size_t kSecrets = 4;

// A house whose users make tokens that live for 100 ms, from 1000 on.
struct Keys : House {
  using House::House;

  mail::Result<AccessToken> Make(UserId user, const std::string& name,
                                 const std::string& secret,
                                 int64_t now = 1000) {
    return desk.Make({user, name, Scope::kRead, mail::Duration(100),
                      At(now + 100), secret, At(now), kTokens});
  }
  // By a login, or by the secret `by`.
  mail::Result<AccessToken> Rotate(const std::string& secret, int64_t now,
                                   int64_t grace, const std::string& by = "") {
    return desk.Rotate(
        {ana, "cron", by, secret, At(now), mail::Duration(grace), kSecrets});
  }

  std::optional<AccessToken> Find(const std::string& secret) {
    return store->FindAccessToken(secret).value();
  }
  // When the secret ends: 0 for the newest, -1 for one that is forgotten.
  int64_t EndOf(const std::string& secret) {
    const auto token = Find(secret);
    if (!token) return -1;
    if (!token->secret_ends_at) return 0;
    return token->secret_ends_at->time_since_epoch().count();
  }
  Names List(UserId user) {
    Names names;
    const auto tokens = store->ListAccessTokens(user).value();
    for (const AccessToken& token : tokens) {
      names.push_back(token.name);
    }
    return names;
  }
};

BOOST_AUTO_TEST_SUITE(store_contract_tokens)

BOOST_DATA_TEST_CASE(a_token_is_found_by_its_secret, kStores, engine) {
  Keys house(engine);
  const auto made = house.Make(house.ana, "cron", "s");
  BOOST_REQUIRE(made.has_value());
  const AccessToken expected{
      house.ana,           "ana",    "cron",       Scope::kRead,
      mail::Duration(100), At(1100), std::nullopt, std::nullopt,
  };
  BOOST_TEST((*made == expected));
  BOOST_TEST((house.Find("s") == expected));
  BOOST_TEST(!house.Find("cron").has_value());
  BOOST_TEST(!house.store->FindSession("s").value().has_value());
}

BOOST_DATA_TEST_CASE(scope_and_endlessness_are_kept, kStores, engine) {
  Keys house(engine);
  for (const Scope scope : {Scope::kSend, Scope::kRead, Scope::kFull}) {
    const std::string name = std::to_string(static_cast<int>(scope));
    house.desk
        .Make({house.ana, name, scope, std::nullopt, std::nullopt, name,
               At(1000), kTokens})
        .value();
    const auto token = house.Find(name);
    BOOST_TEST((token->scope == scope));
    BOOST_TEST(!token->life.has_value());
    BOOST_TEST(!token->expires_at.has_value());
  }
}

BOOST_DATA_TEST_CASE(a_secret_is_any_bytes, kStores, engine) {
  Keys house(engine);
  const std::string secret("\0\xff'", 3);
  house.Make(house.ana, "cron", secret).value();
  BOOST_TEST(house.Find(secret)->name == "cron");
  BOOST_TEST(!house.Find(secret.substr(0, 1)).has_value());
}

BOOST_DATA_TEST_CASE(tokens_are_listed_by_name_each_user_their_own, kStores,
                     engine) {
  Keys house(engine);
  house.Make(house.ana, "web", "1").value();
  house.Make(house.ana, "cron", "2").value();
  house.Make(house.beto, "cron", "3").value();
  CheckSame(house.List(house.ana), {"cron", "web"});
  CheckSame(house.List(house.beto), {"cron"});
  CheckSame(house.List(house.caro), {});
  BOOST_TEST(house.Find("3")->user == "beto");
}

BOOST_DATA_TEST_CASE(a_name_is_given_once_until_it_expires, kStores, engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "1").value();
  BOOST_TEST((CodeOf(house.Make(house.ana, "cron", "2", 1099)) ==
              ErrorCode::kTokenExists));
  BOOST_TEST(!house.Find("2").has_value());
  house.Make(house.ana, "cron", "3", 1100).value();
  BOOST_TEST(!house.Find("1").has_value());
  CheckSame(house.List(house.ana), {"cron"});
}

BOOST_DATA_TEST_CASE(a_user_has_so_many_tokens, kStores, engine) {
  Keys house(engine);
  for (const char* name : {"a", "b", "c"}) {
    house.Make(house.ana, name, name).value();
  }
  BOOST_TEST(
      (CodeOf(house.Make(house.ana, "d", "d")) == ErrorCode::kInvalidArgument));
  BOOST_TEST(
      (CodeOf(house.Make(house.ana, "a", "d")) == ErrorCode::kTokenExists));
  BOOST_TEST(house.Make(house.beto, "d", "d").has_value());
  house.desk.Revoke(house.ana, "b").value();
  BOOST_TEST(house.Make(house.ana, "d", "e").has_value());
}

BOOST_DATA_TEST_CASE(expired_tokens_stay_until_they_stand_in_the_way, kStores,
                     engine) {
  Keys house(engine);
  house.Make(house.ana, "a", "a").value();
  house.Make(house.ana, "b", "b").value();
  house.Make(house.ana, "c", "c", 1050).value();
  CheckSame(house.List(house.ana), {"a", "b", "c"});
  house.Make(house.ana, "d", "d", 1100).value();
  CheckSame(house.List(house.ana), {"c", "d"});
  BOOST_TEST(!house.Find("a").has_value());
  house.Make(house.ana, "e", "e", 1200).value();
  CheckSame(house.List(house.ana), {"c", "d", "e"});
  house.Make(house.ana, "f", "f", 1200).value();
  CheckSame(house.List(house.ana), {"e", "f"});
}

BOOST_DATA_TEST_CASE(a_rotation_adds_a_secret_and_begins_a_new_life, kStores,
                     engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "old").value();
  const auto rotated = house.Rotate("new", 1050, 20);
  BOOST_REQUIRE(rotated.has_value());
  BOOST_TEST((rotated->expires_at == At(1150)));
  BOOST_TEST((house.Find("new") == *rotated));
  BOOST_TEST(house.EndOf("new") == 0);
  BOOST_TEST(house.EndOf("old") == 1070);
  CheckSame(house.List(house.ana), {"cron"});
}

BOOST_DATA_TEST_CASE(an_earlier_secret_lives_no_longer_than_before, kStores,
                     engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "old").value();
  house.Rotate("new", 1050, 500).value();
  BOOST_TEST(house.EndOf("old") == 1100);
}

BOOST_DATA_TEST_CASE(without_grace_earlier_secrets_end_at_once, kStores,
                     engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "1").value();
  house.Rotate("2", 1010, 50).value();
  house.Rotate("3", 1020, 0, "2").value();
  BOOST_TEST(house.EndOf("1") == -1);
  BOOST_TEST(house.EndOf("2") == -1);
  BOOST_TEST(house.EndOf("3") == 0);
}

BOOST_DATA_TEST_CASE(a_second_rotation_keeps_the_first_ones_grace, kStores,
                     engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "1").value();
  house.Rotate("2", 1010, 50).value();
  house.Rotate("3", 1020, 90, "2").value();
  BOOST_TEST(house.EndOf("1") == 1060);
  BOOST_TEST(house.EndOf("2") == 1110);
  house.Rotate("4", 1030, 10).value();
  BOOST_TEST(house.EndOf("1") == 1040);
  BOOST_TEST(house.EndOf("2") == 1040);
}

// A job that crashed after the server's answer still has the old secret.
BOOST_DATA_TEST_CASE(a_secret_in_its_grace_rotates_and_is_granted_it_again,
                     kStores, engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "1").value();
  house.Rotate("2", 1010, 20, "1").value();
  house.Rotate("3", 1029, 20, "1").value();
  BOOST_TEST(house.EndOf("1") == 1049);
  BOOST_TEST(house.EndOf("2") == 1049);
  BOOST_TEST(house.EndOf("3") == 0);
}

BOOST_DATA_TEST_CASE(only_a_living_secret_of_the_token_rotates_it, kStores,
                     engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "1").value();
  house.Make(house.ana, "web", "w").value();
  house.Rotate("2", 1010, 20).value();
  for (const char* by : {"unknown", "w"}) {
    BOOST_TEST(
        (CodeOf(house.Rotate("3", 1011, 20, by)) == ErrorCode::kNotLoggedIn));
  }
  BOOST_TEST(
      (CodeOf(house.Rotate("3", 1030, 20, "1")) == ErrorCode::kNotLoggedIn));
  BOOST_TEST(house.EndOf("3") == -1);
}

BOOST_DATA_TEST_CASE(a_token_that_is_not_there_is_not_rotated, kStores,
                     engine) {
  Keys house(engine);
  house.Make(house.beto, "cron", "1").value();
  BOOST_TEST(
      (CodeOf(house.Rotate("2", 1010, 20)) == ErrorCode::kTokenNotFound));
}

BOOST_DATA_TEST_CASE(without_a_life_a_rotation_leaves_the_end, kStores,
                     engine) {
  Keys house(engine);
  house.desk
      .Make({house.ana, "cron", Scope::kSend, std::nullopt, At(1100), "1",
             At(1000), kTokens})
      .value();
  BOOST_TEST((house.Rotate("2", 1050, 10)->expires_at == At(1100)));
}

BOOST_DATA_TEST_CASE(an_expired_token_is_revived_by_a_login, kStores, engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "1").value();
  BOOST_TEST((house.Rotate("2", 1200, 50)->expires_at == At(1300)));
  BOOST_TEST(house.EndOf("1") == -1);
}

BOOST_DATA_TEST_CASE(a_token_has_so_many_living_secrets, kStores, engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "1").value();
  house.Rotate("2", 1001, 50).value();
  house.Rotate("3", 1002, 50).value();
  house.Rotate("4", 1003, 50).value();
  BOOST_TEST((CodeOf(house.Rotate("x", 1004, 50)) == ErrorCode::kRateLimited));
  BOOST_TEST(house.EndOf("4") == 0);
  BOOST_TEST(house.Rotate("5", 1051, 50).has_value());
  BOOST_TEST(house.Rotate("6", 1052, 0).has_value());
}

BOOST_DATA_TEST_CASE(a_revoked_token_is_gone_with_all_its_secrets, kStores,
                     engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "1").value();
  house.Make(house.beto, "cron", "b").value();
  house.Rotate("2", 1010, 50).value();
  const auto revoked = house.desk.Revoke(house.ana, "cron");
  BOOST_REQUIRE(revoked.has_value());
  BOOST_TEST(revoked->name == "cron");
  BOOST_TEST((revoked->expires_at == At(1110)));
  BOOST_TEST(!house.Find("1").has_value());
  BOOST_TEST(!house.Find("2").has_value());
  CheckSame(house.List(house.ana), {});
  BOOST_TEST(house.Find("b").has_value());
  BOOST_TEST((CodeOf(house.desk.Revoke(house.ana, "cron")) ==
              ErrorCode::kTokenNotFound));
}

BOOST_DATA_TEST_CASE(a_use_is_written_down_whichever_the_secret, kStores,
                     engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "1").value();
  house.Rotate("2", 1010, 50).value();
  house.desk.Use("1", 1020).value();
  BOOST_TEST((house.Find("2")->used_at == At(1020)));
  house.desk.Use("2", 1030).value();
  BOOST_TEST((house.store->ListAccessTokens(house.ana).value()[0].used_at ==
              At(1030)));
  house.desk.Revoke(house.ana, "cron").value();
  BOOST_TEST(house.desk.Use("2", 1040).has_value());
}

BOOST_DATA_TEST_CASE(logins_and_tokens_leave_each_other_alone, kStores,
                     engine) {
  Keys house(engine);
  house.Make(house.ana, "cron", "s").value();
  house.desk.Open({house.ana, "ana", "token", At(5)}).value();
  house.desk.ChangePassword({house.ana, "ana", "new"}).value();
  house.desk.End("token").value();
  BOOST_TEST(house.Find("s").has_value());
  house.desk.Revoke(house.ana, "cron").value();
  BOOST_TEST(house.store->FindSession("beto").value().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store

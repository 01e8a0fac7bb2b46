// Administration: what every store promises.
#include "tests/tmserver/store/house.h"

namespace turbo::store {
namespace {

using mail::Account;
using mail::Role;
using mail::Scope;

struct Office : House {
  using House::House;

  Account Of(const std::string& user) {
    return store->FindAccount(user).value().value();
  }
  bool IsLoggedIn(const std::string& token) {
    return store->FindSession(token).value().has_value();
  }
  void MakeToken(UserId user, const std::string& secret) {
    desk.Make({user, "cron", Scope::kFull, std::nullopt, std::nullopt, secret,
               At(1000), 10})
        .value();
  }
  Names List(const std::string& after, size_t limit) {
    Names names;
    const auto accounts = store->ListAccounts(after, limit).value();
    for (const Account& account : accounts) names.push_back(account.user);
    return names;
  }
  ErrorCode SendsAs(const std::string& user, UserId id, Names to) {
    const auto sent = desk.Send(From(user, id, std::move(to)));
    BOOST_REQUIRE(!sent.has_value());
    return sent.error().code;
  }
};

BOOST_AUTO_TEST_SUITE(store_contract_admin)

BOOST_DATA_TEST_CASE(an_account_can_be_made_without_a_login, kStores, engine) {
  Office house(engine);
  const auto id = house.desk.Create({"dora", "hash", "", At(7), Role::kAdmin});
  BOOST_REQUIRE(id.has_value());
  const Account dora = house.Of("dora");
  BOOST_TEST(dora.id == *id);
  BOOST_TEST((dora.role == Role::kAdmin));
  BOOST_TEST(!dora.disabled);
  BOOST_TEST(!dora.tray_capacity.has_value());
  BOOST_TEST((dora.created_at == At(7)));
  BOOST_TEST(!house.IsLoggedIn(""));
  BOOST_TEST((house.Of("ana").role == Role::kUser));
}

BOOST_DATA_TEST_CASE(only_what_is_set_is_changed, kStores, engine) {
  Office house(engine);
  const auto changed = house.desk.Change({.user = "ana", .role = Role::kAdmin});
  BOOST_REQUIRE(changed.has_value());
  BOOST_TEST((changed->role == Role::kAdmin));
  BOOST_TEST(changed->password_hash == "ana");
  BOOST_TEST(house.IsLoggedIn("ana"));
  house.desk.Change({.user = "ana", .tray_capacity = std::optional<size_t>(0)})
      .value();
  BOOST_TEST((house.Of("ana").role == Role::kAdmin));
  BOOST_TEST((house.Of("ana").tray_capacity == size_t{0}));
  house.desk.Change({.user = "ana", .tray_capacity = std::optional<size_t>()})
      .value();
  BOOST_TEST(!house.Of("ana").tray_capacity.has_value());
  BOOST_TEST((house.desk.Change({.user = "dora"}).error().code ==
              ErrorCode::kUserNotFound));
}

BOOST_DATA_TEST_CASE(logins_and_tokens_know_their_account, kStores, engine) {
  Office house(engine);
  house.MakeToken(house.ana, "s");
  house.desk.Change({.user = "ana", .role = Role::kAdmin, .disabled = true})
      .value();
  const auto session = house.store->FindSession("ana").value().value();
  BOOST_TEST((session.role == Role::kAdmin));
  BOOST_TEST(session.disabled);
  const auto token = house.store->FindAccessToken("s").value().value();
  BOOST_TEST((token.role == Role::kAdmin));
  BOOST_TEST(token.disabled);
}

BOOST_DATA_TEST_CASE(a_disabled_account_opens_no_login, kStores, engine) {
  Office house(engine);
  house.MakeToken(house.ana, "s");
  house.desk.Change({.user = "ana", .disabled = true}).value();
  BOOST_TEST((house.desk.Open({house.ana, "ana", "t", At(1)}).error().code ==
              ErrorCode::kAccountDisabled));
  BOOST_TEST(
      house.desk.Send(house.From("beto", house.beto, {"ana"})).has_value());
  house.desk.Change({.user = "ana", .disabled = false}).value();
  BOOST_TEST(!house.IsLoggedIn("ana"));
  BOOST_TEST(house.store->FindAccessToken("s").value().has_value());
  BOOST_TEST(house.desk.Open({house.ana, "ana", "t", At(1)}).has_value());
}

BOOST_DATA_TEST_CASE(a_new_password_ends_the_login, kStores, engine) {
  Office house(engine);
  house.desk.Change({.user = "ana", .password_hash = "new"}).value();
  BOOST_TEST(!house.IsLoggedIn("ana"));
  BOOST_TEST(house.Of("ana").password_hash == "new");
}

BOOST_DATA_TEST_CASE(accounts_are_listed_by_name, kStores, engine) {
  Office house(engine);
  BOOST_TEST((house.List("", 10) == Names{"ana", "beto", "caro"}));
  BOOST_TEST((house.List("", 2) == Names{"ana", "beto"}));
  BOOST_TEST((house.List("beto", 2) == Names{"caro"}));
  BOOST_TEST((house.List("b", 1) == Names{"beto"}));
}

BOOST_DATA_TEST_CASE(logins_are_listed_without_disabled_ones, kStores, engine) {
  Office house(engine);
  house.desk.Change({.user = "beto", .disabled = true}).value();
  const auto sessions = house.store->ListSessions(0, 10).value();
  BOOST_TEST_REQUIRE(sessions.size() == 2u);
  BOOST_TEST(sessions[0].user == "ana");
  BOOST_TEST(sessions[1].user == "caro");
  BOOST_TEST(house.store->ListSessions(house.ana, 10).value().size() == 1u);
  BOOST_TEST(house.store->ListSessions(0, 1).value().size() == 1u);
}

BOOST_DATA_TEST_CASE(logins_and_tokens_are_ended, kStores, engine) {
  Office house(engine);
  house.MakeToken(house.ana, "s");
  const auto ended = house.desk.EndAll("ana", false).value();
  BOOST_TEST(ended.login);
  BOOST_TEST(ended.tokens == 0u);
  BOOST_TEST(!house.IsLoggedIn("ana"));
  BOOST_TEST(house.store->FindAccessToken("s").value().has_value());
  const auto again = house.desk.EndAll("ana", true).value();
  BOOST_TEST(!again.login);
  BOOST_TEST(again.tokens == 1u);
  BOOST_TEST(!house.store->FindAccessToken("s").value().has_value());
  BOOST_TEST(house.IsLoggedIn("beto"));
  BOOST_TEST((house.desk.EndAll("dora", true).error().code ==
              ErrorCode::kUserNotFound));
}

// --- Capacity ---

BOOST_DATA_TEST_CASE(an_account_has_a_capacity_of_its_own, kStores, engine) {
  Office house(engine);
  Delivery op = house.FromAna({"beto"});
  op.draft.keep_copy = false;
  op.capacity = 1;
  house.desk.Change({.user = "beto", .tray_capacity = std::optional<size_t>(2)})
      .value();
  BOOST_TEST(house.desk.Send(op).has_value());
  BOOST_TEST(house.desk.Send(op).has_value());
  BOOST_TEST((house.desk.Send(op).error().code == ErrorCode::kInboxFull));
  house.desk.Change({.user = "beto", .tray_capacity = std::optional<size_t>(0)})
      .value();
  BOOST_TEST(house.desk.Send(op).has_value());
  house.desk.Change({.user = "beto", .tray_capacity = std::optional<size_t>()})
      .value();
  BOOST_TEST((house.desk.Send(op).error().code == ErrorCode::kInboxFull));
}

BOOST_DATA_TEST_CASE(a_smaller_outbox_says_its_own_size, kStores, engine) {
  Office house(engine);
  house.desk.Change({.user = "ana", .tray_capacity = std::optional<size_t>(1)})
      .value();
  BOOST_TEST(house.desk.Send(house.FromAna({"beto"})).has_value());
  const auto refused = house.desk.Send(house.FromAna({"beto"}));
  BOOST_TEST((refused.error().code == ErrorCode::kOutboxFull));
  BOOST_TEST(refused.error().message.find("(1)") != std::string::npos);
}

// --- Deletion ---

BOOST_DATA_TEST_CASE(a_deleted_account_is_gone, kStores, engine) {
  Office house(engine);
  house.MakeToken(house.beto, "s");
  BOOST_TEST(house.desk.Send(house.FromAna({"beto"})).has_value());
  BOOST_TEST(house.desk.Delete("beto").has_value());
  BOOST_TEST(!house.store->FindAccount("beto").value().has_value());
  BOOST_TEST(!house.IsLoggedIn("beto"));
  BOOST_TEST(!house.store->FindAccessToken("s").value().has_value());
  BOOST_TEST(house.store->List(Inbox(house.beto)).value().messages.empty());
  BOOST_TEST((house.List("", 10) == Names{"ana", "caro"}));
  BOOST_TEST((house.SendsAs("ana", house.ana, {"beto"}) ==
              ErrorCode::kRecipientNotFound));
  BOOST_TEST(
      (house.desk.Delete("beto").error().code == ErrorCode::kUserNotFound));
}

BOOST_DATA_TEST_CASE(what_is_under_way_for_a_deleted_account_is_refused,
                     kStores, engine) {
  Office house(engine);
  house.desk.Delete("beto").value();
  BOOST_TEST(
      (house.SendsAs("beto", house.beto, {"ana"}) == ErrorCode::kNotLoggedIn));
  const auto token =
      house.desk.Make({house.beto, "cron", Scope::kFull, std::nullopt,
                       std::nullopt, "s", At(1000), 10});
  BOOST_TEST((token.error().code == ErrorCode::kNotLoggedIn));
  BOOST_TEST((house.desk.Open({house.beto, "beto", "t", At(1)}).error().code ==
              ErrorCode::kBadCredentials));
}

BOOST_DATA_TEST_CASE(mail_of_a_deleted_account_stays_with_others, kStores,
                     engine) {
  Office house(engine);
  const MessageId sent =
      house.desk.Send(house.From("beto", house.beto, {"ana"})).value().id;
  const MessageId got =
      house.desk.Send(house.FromAna({"beto", "caro"})).value().id;
  house.desk.Mark({house.beto, {got}, true, At(2000)}).value();
  house.desk.Delete("beto").value();

  const auto inbox = house.store->List(Inbox(house.ana)).value().messages;
  BOOST_TEST_REQUIRE(inbox.size() == 1u);
  BOOST_TEST(inbox[0].id == sent);
  BOOST_TEST(inbox[0].from == "beto");
  mail::ListQuery outbox = Inbox(house.ana);
  outbox.box = Box::kOutbox;
  const auto copies = house.store->List(outbox).value().messages;
  BOOST_TEST_REQUIRE(copies.size() == 1u);
  BOOST_TEST(copies[0].recipients[0].user == "beto");
  BOOST_TEST((copies[0].recipients[0].read_at == At(2000)));
  const auto entries = house.store->ReadRegister(0, 10).value();
  BOOST_TEST_REQUIRE(entries.size() == 2u);
  BOOST_TEST(entries[0].sender == "beto");
  BOOST_TEST((entries[1].to == Names{"beto", "caro"}));
}

// A large tray would keep everybody waiting.
BOOST_AUTO_TEST_CASE(a_deleted_account_s_trays_are_purged_bit_by_bit) {
  Office house("sqlite");
  Delivery op = house.FromAna({"beto", "caro"});
  op.draft.keep_copy = false;
  for (int i = 0; i < 5; ++i) house.desk.Send(op).value();
  op.expires_at = At(5000);
  house.desk.Send(op).value();
  house.desk.Delete("beto").value();
  BOOST_TEST(house.store->List(Inbox(house.beto)).value().messages.empty());
  BOOST_TEST(house.desk.Count(house.beto, Box::kInbox) == 0);
  BOOST_TEST(house.desk.Count(house.beto, Box::kInbox, {}, 6000) == 0);
  BOOST_TEST(!house.desk.Get(house.beto, Box::kInbox, 1).has_value());
  BOOST_TEST((house.desk.Remove(house.beto, Box::kInbox, {1}).value().missing ==
              std::vector<MessageId>{1}));
  BOOST_TEST(house.desk.Expire(6000).value() == 1u);
  BOOST_TEST(house.desk.Expire(6000).value() == 0u);
  BOOST_TEST(house.desk.Purge(4).value() == 4u);
  BOOST_TEST(house.desk.Purge(4).value() == 2u);
  BOOST_TEST(!house.desk.Get(house.beto, Box::kInbox, 1).has_value());
  BOOST_TEST(house.desk.Purge(4).value() == 0u);
  // Nor in what readers still see of before.
  BOOST_TEST(!house.desk.Get(house.beto, Box::kInbox, 1).has_value());
  BOOST_TEST(house.desk.Get(house.caro, Box::kInbox, 1).has_value());
  BOOST_TEST(house.desk.Count(house.caro, Box::kInbox, {}, 6000) == 5);
}

BOOST_AUTO_TEST_CASE(a_deleted_account_shows_nothing_after_others_were_purged) {
  Office house("sqlite");
  house.desk.Delete("caro").value();
  house.desk.Purge().value();
  BOOST_TEST(house.desk.Purge().value() == 0u);
  const MessageId got = house.desk.Send(house.FromAna({"beto"})).value().id;
  house.desk.Expire(1).value();
  BOOST_TEST(house.desk.Get(house.beto, Box::kInbox, got).has_value());
  house.desk.Delete("beto").value();
  BOOST_TEST(!house.desk.Get(house.beto, Box::kInbox, got).has_value());
}

BOOST_DATA_TEST_CASE(what_only_a_deleted_account_held_loses_its_content,
                     kStores, engine) {
  Office house(engine);
  Delivery op = house.From("beto", house.beto, {"beto"});
  op.expires_at = At(5000);
  house.desk.Send(op).value();
  Delivery other = house.FromAna({"beto"});
  other.expires_at = At(5000);
  other.draft.keep_copy = false;
  house.desk.Send(other).value();
  house.desk.Delete("beto").value();
  BOOST_TEST(house.desk.Purge().has_value());
  BOOST_TEST(house.desk.Expire(9000).value() == 0u);
}

BOOST_DATA_TEST_CASE(a_deleted_accounts_name_is_not_given_again, kStores,
                     engine) {
  Office house(engine);
  house.desk.Delete("beto").value();
  BOOST_TEST(
      (house.desk.Register("beto").error().code == ErrorCode::kUserExists));
  BOOST_TEST(house.desk.Delete("beto", true).has_value());
  BOOST_TEST((house.desk.Delete("beto", true).error().code ==
              ErrorCode::kUserNotFound));
  const auto id = house.desk.Register("beto");
  BOOST_REQUIRE(id.has_value());
  BOOST_TEST(*id != house.beto);
}

BOOST_DATA_TEST_CASE(a_newcomer_under_a_freed_name_has_nothing_of_it, kStores,
                     engine) {
  Office house(engine);
  Delivery keyed = house.From("caro", house.caro, {"ana"});
  keyed.request_id = "key";
  keyed.digest = "d";
  house.desk.Send(keyed).value();
  const MessageId got = house.desk.Send(house.FromAna({"caro"})).value().id;
  house.desk.Mark({house.caro, {got}, true, At(2000)}).value();
  house.desk.Delete("caro", true).value();
  const UserId id = house.desk.Add("caro");
  BOOST_TEST(id != house.caro);
  BOOST_TEST(house.store->List(Inbox(id)).value().messages.empty());
  BOOST_TEST(
      !house.store->FindRequest({id, "key", "d", true}).value().has_value());
  BOOST_TEST(
      house.desk.Mark({id, {got}, true, At(3000)}).value().missing == Ids{got},
      boost::test_tools::per_element());
  mail::ListQuery outbox = Inbox(house.ana);
  outbox.box = Box::kOutbox;
  const auto copies = house.store->List(outbox).value().messages;
  BOOST_TEST((copies.at(0).recipients.at(0).read_at == At(2000)));
}

// --- Totals ---

BOOST_DATA_TEST_CASE(totals_count_what_is_there, kStores, engine) {
  Office house(engine);
  Delivery op = house.FromAna({"beto"});
  for (int i = 0; i < 3; ++i) house.desk.Send(op).value();
  house.desk.Delete("caro").value();
  house.desk.End("beto").value();
  auto totals = house.store->GetTotals().value();
  BOOST_TEST(totals.users == 2);
  BOOST_TEST(totals.sessions == 1);
  BOOST_TEST(totals.newest == 3);
  BOOST_TEST(totals.register_entries == 3);
  BOOST_TEST((totals.bytes > 0) == (std::string(engine) != "memory"));

  house.desk.Remove(house.beto, Box::kInbox, {2, 3}).value();
  house.desk.Remove(house.ana, Box::kOutbox, {2, 3}).value();
  house.desk.Forget(9000, 9000).value();
  totals = house.store->GetTotals().value();
  BOOST_TEST(totals.newest == 3);
  BOOST_TEST(totals.register_entries == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store

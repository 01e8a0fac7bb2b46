// Random operations on a SQLite store and on the memory store, which says what
// they should do. TURBOMESSAGE_LONG=1 runs many more of them.
#include <rapidcheck.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "tests/tmserver/store/both.h"
#include "tests/tmserver/store/house.h"

namespace turbo::store {
namespace {

constexpr int kUsers = 3;
constexpr size_t kCapacity = 4;

std::string UserName(UserId id) { return "user" + std::to_string(id); }

UserId AnyUser() { return *rc::gen::inRange<UserId>(1, kUsers + 1); }

Box AnyBox() { return *rc::gen::element(Box::kInbox, Box::kOutbox); }

// Those of a registration and two more, the second one not text.
const Names& Tokens() {
  static const Names kTokens = {UserName(1), UserName(2), UserName(3), "t",
                                std::string("\0\xff", 2)};
  return kTokens;
}

std::string AnyToken() { return *rc::gen::elementOf(Tokens()); }

std::vector<MessageId> AnyIds() {
  return *rc::gen::container<std::vector<MessageId>>(
      rc::gen::inRange<MessageId>(0, 12));
}

// One to three names in any order; one name is nobody's.
Names AnyRecipients() {
  const auto ids = *rc::gen::container<std::vector<UserId>>(
      *rc::gen::inRange<size_t>(1, 4), rc::gen::inRange<UserId>(1, kUsers + 2));
  Names names;
  for (const UserId id : ids) {
    const std::string name = UserName(id);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  }
  return names;
}

void SendToBoth(Both& both) {
  Delivery op;
  op.sender = AnyUser();
  op.from = UserName(op.sender);
  op.draft.to = AnyRecipients();
  op.draft.subject = *rc::gen::element<std::string>("", "a", "Ábc");
  op.draft.body = *rc::gen::string<std::string>();
  if (*rc::gen::arbitrary<bool>()) op.draft.labels["k"] = "v";
  if (*rc::gen::arbitrary<bool>()) {
    op.draft.attachments = {{"a=&%", "text/plain", 2, "aa"},
                            {"b", "x/y", 1, *rc::gen::element("b", "c")}};
  }
  op.draft.in_reply_to =
      *rc::gen::element<std::optional<MessageId>>(std::nullopt, 1, 2, 7);
  if (*rc::gen::arbitrary<bool>()) {
    op.expires_at = At(both.now + *rc::gen::inRange<int64_t>(1, 300));
  }
  op.draft.keep_copy = *rc::gen::arbitrary<bool>();
  op.request_id = *rc::gen::element<std::string>("", "one", "two");
  op.digest = *rc::gen::element<std::string>("x", "y");
  op.once = *rc::gen::arbitrary<bool>();
  op.validate_only = *rc::gen::element(false, false, false, true);
  op.now = At(both.now);
  op.capacity = kCapacity;
  Agree(Desk(*both.memory).Send(op), Desk(*both.sqlite).Send(op));
}

// Registering sets the password and the token to the user's name.
void LoginToBoth(Both& both) {
  const UserId user = AnyUser();
  const std::string name = UserName(user);
  const auto word = *rc::gen::elementOf(Names{name, "x", "y"});
  Desk one(*both.memory);
  Desk other(*both.sqlite);
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      return Agree(one.Register(name), other.Register(name));
    case 1: {
      const mail::NewSession op{user, word, AnyToken(), At(both.now)};
      return AgreeOnDone(one.Open(op), other.Open(op));
    }
    case 2: {
      const std::string token = AnyToken();
      return AgreeOnDone(one.Renew(token, both.now),
                         other.Renew(token, both.now));
    }
    case 3: {
      const std::string token = AnyToken();
      return AgreeOnDone(one.End(token), other.End(token));
    }
    default: {
      const mail::PasswordChange op{user, word,
                                    *rc::gen::elementOf(Names{name, "x", "y"})};
      return AgreeOnDone(one.ChangePassword(op), other.ChangePassword(op));
    }
  }
}

std::string AnySecret(const Both& both) {
  if (both.secrets.empty()) return "unknown";
  return *rc::gen::elementOf(both.secrets);
}

std::string NewSecret(Both& both) {
  return both.secrets.emplace_back("secret" +
                                   std::to_string(both.secrets.size()));
}

void MakeInBoth(Both& both) {
  mail::NewAccessToken op;
  op.user = AnyUser();
  op.name = *rc::gen::element<std::string>("a", "b", "c");
  op.scope = *rc::gen::element(mail::Scope::kSend, mail::Scope::kFull);
  op.secret_hash = NewSecret(both);
  op.now = At(both.now);
  op.limit = 2;
  const auto life = MaybeOf(rc::gen::inRange<int64_t>(1, 200));
  if (life) op.expires_at = At(both.now + *life);
  if (life && *rc::gen::arbitrary<bool>()) op.life = mail::Duration(*life);
  Agree(Desk(*both.memory).Make(op), Desk(*both.sqlite).Make(op));
}

void TokensToBoth(Both& both) {
  Desk one(*both.memory);
  Desk other(*both.sqlite);
  const UserId user = AnyUser();
  const auto name = *rc::gen::element<std::string>("a", "b", "c");
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
    case 1:
      return MakeInBoth(both);
    case 2: {
      const std::string by =
          *rc::gen::arbitrary<bool>() ? AnySecret(both) : std::string();
      const mail::Duration grace(*rc::gen::inRange<int64_t>(0, 100));
      const mail::TokenRotation op{user,         name,  by, NewSecret(both),
                                   At(both.now), grace, 2};
      return Agree(one.Rotate(op), other.Rotate(op));
    }
    case 3:
      return Agree(one.Revoke(user, name), other.Revoke(user, name));
    default: {
      const std::string secret = AnySecret(both);
      return AgreeOnDone(one.Use(secret, both.now),
                         other.Use(secret, both.now));
    }
  }
}

mail::AccountChange AnyChange(const std::string& user) {
  mail::AccountChange change;
  change.user = user;
  change.role =
      MaybeOf(rc::gen::element(mail::Role::kUser, mail::Role::kAdmin));
  change.disabled = MaybeOf(rc::gen::arbitrary<bool>());
  change.password_hash = MaybeOf(rc::gen::element<std::string>("x", "y"));
  if (*rc::gen::arbitrary<bool>()) {
    change.tray_capacity = MaybeOf(rc::gen::inRange<size_t>(0, 3));
  }
  return change;
}

// Deleted accounts are made again by registering, under ids of their own.
void AdministerBoth(Both& both) {
  Desk one(*both.memory);
  Desk other(*both.sqlite);
  const std::string user = UserName(AnyUser());
  switch (*rc::gen::weightedElement<int>({{6, 0}, {2, 1}, {2, 2}, {2, 3}})) {
    case 0: {
      const mail::AccountChange change = AnyChange(user);
      return Agree(one.Change(change), other.Change(change));
    }
    case 1: {
      const bool tokens = *rc::gen::arbitrary<bool>();
      return Agree(one.EndAll(user, tokens), other.EndAll(user, tokens));
    }
    case 2: {
      const bool free_name = *rc::gen::element(true, true, false);
      AgreeOnDone(one.Delete(user, free_name), other.Delete(user, free_name));
      // The register would keep what is left.
      while (other.Purge(2).value() > 0) {
      }
      return;
    }
    default: {
      const auto uses = *rc::gen::inRange<int64_t>(1, 3);
      const auto end = both.now + *rc::gen::inRange<int64_t>(1, 200);
      const mail::NewInvite op{NewSecret(both), uses,    user,
                               At(both.now),    At(end), 3};
      Agree(one.Invite(op), other.Invite(op));
      const mail::NewAccount account{
          user, user, "", At(both.now), mail::Role::kUser, AnySecret(both)};
      return Agree(one.Create(account), other.Create(account));
    }
  }
}

void MarkInBoth(Both& both) {
  const mail::MarkRead op{AnyUser(), AnyIds(), *rc::gen::arbitrary<bool>(),
                          At(both.now)};
  Agree(Desk(*both.memory).Mark(op), Desk(*both.sqlite).Mark(op));
}

void RemoveFromBoth(Both& both) {
  const UserId user = AnyUser();
  const Box box = AnyBox();
  const auto ids = AnyIds();
  Agree(Desk(*both.memory).Remove(user, box, ids, both.now),
        Desk(*both.sqlite).Remove(user, box, ids, both.now));
}

// SQLite may have taken out some of what has expired, for a full tray: only
// what no tray holds is forgotten.
void ForgetInBoth(Both& both) {
  for (mail::Store* store : {both.memory.get(), both.sqlite.get()}) {
    RC_ASSERT(Desk(*store).Expire(both.now, 1000).has_value());
  }
  const auto requests = *rc::gen::inRange<int64_t>(900, both.now + 1);
  const auto entries = *rc::gen::inRange<int64_t>(900, both.now + 1);
  const auto limit = *rc::gen::inRange<size_t>(1, 4);
  Agree(Desk(*both.memory).Forget(requests, entries, limit),
        Desk(*both.sqlite).Forget(requests, entries, limit));
}

// How many they take out differs: SQLite has done it early for full trays.
void ExpireInBoth(Both& both) {
  const auto limit = *rc::gen::inRange<size_t>(1, 4);
  RC_ASSERT(Desk(*both.memory).Expire(both.now, limit).has_value());
  RC_ASSERT(Desk(*both.sqlite).Expire(both.now, limit).has_value());
}

mail::Filter AnyFilter() {
  mail::Filter filter;
  filter.read = MaybeOf(rc::gen::arbitrary<bool>());
  filter.subject = *rc::gen::element<std::string>("", "a", "á");
  if (*rc::gen::arbitrary<bool>()) filter.labels["k"] = "v";
  filter.in_reply_to =
      *rc::gen::element<std::optional<MessageId>>(std::nullopt, 1);
  return filter;
}

void ListBoth(Both& both) {
  mail::ListQuery query;
  query.user = AnyUser();
  query.box = AnyBox();
  query.now = At(both.now);
  query.filter = AnyFilter();
  query.order = *rc::gen::element(Order::kOldestFirst, Order::kNewestFirst);
  query.position = MaybeOf(rc::gen::inRange<MessageId>(0, 12));
  query.limit = *rc::gen::inRange<size_t>(1, 4);
  query.with_body = *rc::gen::arbitrary<bool>();
  const auto expected = both.memory->List(query);
  mail::KnownMessages known = both.known[query.user];
  const bool is_plain = query.box == Box::kInbox && !query.with_body;
  if (is_plain && *rc::gen::arbitrary<bool>()) query.known = &known;
  const auto actual = both.sqlite->List(query);
  RC_ASSERT(expected.has_value() && actual.has_value());
  RC_ASSERT(actual->messages == expected->messages);
  RC_ASSERT(actual->next == expected->next);
  RC_ASSERT(actual->newest == expected->newest);
  for (const mail::Message& message : expected->messages) {
    if (is_plain) both.known[query.user][message.id] = message;
  }
  const mail::CountQuery all{query.user, query.box, query.now, query.filter};
  Agree(both.memory->Count(all), both.sqlite->Count(all));
}

// Everything that can be asked.
void CompareAll(Both& both) {
  for (UserId user = 1; user <= kUsers; ++user) {
    for (const Box box : {Box::kInbox, Box::kOutbox}) {
      for (MessageId id = 1; id <= 12; ++id) {
        const mail::MessageQuery one{user, box, At(both.now), id, "b"};
        Agree(both.memory->Get(one), both.sqlite->Get(one));
      }
      const mail::CountQuery all{user, box, At(both.now), {}};
      Agree(both.memory->Count(all), both.sqlite->Count(all));
    }
    for (const char* request : {"one", "two"}) {
      const mail::RequestQuery query{user, request, "x", false};
      Agree(both.memory->FindRequest(query), both.sqlite->FindRequest(query));
    }
  }
  for (const std::string& token : Tokens()) {
    Agree(both.memory->FindSession(token), both.sqlite->FindSession(token));
  }
  Agree(both.memory->ListSessions(0, 100), both.sqlite->ListSessions(0, 100));
  for (const std::string& secret : both.secrets) {
    Agree(both.memory->FindAccessToken(secret),
          both.sqlite->FindAccessToken(secret));
  }
  for (UserId user = 1; user <= kUsers; ++user) {
    Agree(both.memory->ListAccessTokens(user),
          both.sqlite->ListAccessTokens(user));
  }
  Agree(both.memory->ReadRegister(0, 1000), both.sqlite->ReadRegister(0, 1000));
  Agree(both.memory->ListAccounts("", 100), both.sqlite->ListAccounts("", 100));
  Agree(both.memory->ListInvites(At(both.now)),
        both.sqlite->ListInvites(At(both.now)));
  auto totals = both.sqlite->GetTotals();
  if (totals) totals->bytes = 0;
  Agree(both.memory->GetTotals(), totals);
}

void Step(Both& both) {
  both.now += *rc::gen::inRange<int64_t>(0, 50);
  switch (*rc::gen::weightedElement<int>({{8, 0},
                                          {3, 1},
                                          {4, 2},
                                          {1, 3},
                                          {3, 4},
                                          {3, 5},
                                          {2, 6},
                                          {4, 7},
                                          {1, 8},
                                          {2, 10},
                                          {1, 9}})) {
    case 0:
      return SendToBoth(both);
    case 1:
      return MarkInBoth(both);
    case 2:
      return RemoveFromBoth(both);
    case 3:
      return ForgetInBoth(both);
    case 4:
      return ListBoth(both);
    case 5:
      return LoginToBoth(both);
    case 6:
      return ExpireInBoth(both);
    case 7:
      return TokensToBoth(both);
    case 8:
      return both.CrashSqlite();
    case 10:
      return AdministerBoth(both);
    default:
      return both.OpenSqlite();
  }
}

void StepWithVersions(Both& both) {
  const auto before = ViewsOf(*both.sqlite, kUsers);
  const int openings = both.openings;
  Step(both);
  if (both.openings != openings) return;  // they begin anew
  const auto after = ViewsOf(*both.sqlite, kUsers);
  for (size_t i = 0; i < before.size(); ++i) {
    RC_ASSERT(before[i].version != after[i].version ||
              before[i].messages == after[i].messages);
  }
}

BOOST_AUTO_TEST_SUITE(store_model)

BOOST_AUTO_TEST_CASE(sqlite_does_what_memory_does) {
  const bool whole = std::getenv("TURBOMESSAGE_LONG") != nullptr;
  const int sequences = whole ? 50 : 3;
  // Each check runs a hundred sequences.
  for (int i = 0; i < sequences; ++i) {
    BOOST_REQUIRE(rc::check([] {
      Both both;
      for (UserId id = 1; id <= kUsers; ++id) {
        Agree(Desk(*both.memory).Register(UserName(id)),
              Desk(*both.sqlite).Register(UserName(id)));
      }
      const int steps = *rc::gen::inRange(1, 40);
      for (int step = 0; step < steps; ++step) StepWithVersions(both);
      CompareAll(both);
      both.CrashSqlite();
      CompareAll(both);
      both.OpenSqlite();
      CompareAll(both);
    }));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store

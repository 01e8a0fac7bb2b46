// A small house of users that the tests of every store share.
#ifndef TESTS_TMSERVER_STORE_HOUSE_H_
#define TESTS_TMSERVER_STORE_HOUSE_H_

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/tmserver/store/store_testing.h"

namespace turbo::store {

using mail::Box;
using mail::Changed;
using mail::Delivery;
using mail::ErrorCode;
using mail::MessageId;
using mail::Order;
using mail::UserId;
using Ids = std::vector<MessageId>;
using Names = std::vector<std::string>;

// Every case of the contract runs over all of these. "settling" is SQLite with
// a tail that is settled at once, "waiting" SQLite where callers wait.
inline const auto kStores =
    boost::unit_test::data::make({"memory", "sqlite", "settling", "waiting"});

inline Tuning TuningOf(const std::string& engine) {
  Tuning tuning;
  if (engine == "settling") tuning.most_waiting = 2;
  if (engine == "waiting") tuning.may_wait = [] { return true; };
  return tuning;
}

inline mail::ListQuery Inbox(UserId user, Order order = Order::kNewestFirst) {
  mail::ListQuery query;
  query.user = user;
  query.order = order;
  return query;
}

// A new store with the users ana (1), beto (2) and caro (3).
struct House {
  explicit House(const std::string& engine)
      : store(Open(engine == "memory" ? "memory:"
                                      : "sqlite:" + (dir / "mail.db").string(),
                   NoFault, TuningOf(engine))),
        desk(*store),
        ana(desk.Add("ana")),
        beto(desk.Add("beto")),
        caro(desk.Add("caro")) {}

  // A send of ana's that all rules allow.
  Delivery From(const std::string& user, UserId id, Names to) const {
    Delivery op;
    op.sender = id;
    op.from = user;
    op.draft.to = std::move(to);
    op.draft.subject = "subject";
    op.draft.body = "body";
    op.now = At(1000);
    return op;
  }
  Delivery FromAna(Names to) const { return From("ana", ana, std::move(to)); }

  MessageId Send(const Delivery& op) { return desk.Send(op).value().id; }

  mail::Page List(mail::ListQuery query) { return store->List(query).value(); }
  Ids ListIds(UserId user, Box box) {
    mail::ListQuery query;
    query.user = user;
    query.box = box;
    query.order = Order::kOldestFirst;
    return IdsOf(List(query));
  }
  int64_t Count(UserId user, Box box, const mail::Filter& filter = {}) {
    return desk.Count(user, box, filter);
  }
  std::optional<mail::Message> Get(UserId user, Box box, MessageId id) {
    return desk.Get(user, box, id);
  }

  static Ids IdsOf(const mail::Page& page) {
    Ids ids;
    for (const auto& message : page.messages) ids.push_back(message.id);
    return ids;
  }

  TempDir dir;
  std::unique_ptr<mail::Store> store;
  Desk desk;
  UserId ana, beto, caro;
};

template <class T>
void CheckSame(const std::vector<T>& actual,
               const std::type_identity_t<std::vector<T>>& expected) {
  BOOST_TEST(actual == expected, boost::test_tools::per_element());
}

template <class T>
ErrorCode CodeOf(const mail::Result<T>& result) {
  BOOST_REQUIRE(!result.has_value());
  return result.error().code;
}

inline void CheckChanged(const mail::Result<Changed>& result, const Ids& ids,
                         const Ids& missing) {
  BOOST_REQUIRE(result.has_value());
  CheckSame(result->ids, ids);
  CheckSame(result->missing, missing);
}

}  // namespace turbo::store

#endif  // TESTS_TMSERVER_STORE_HOUSE_H_

#include <boost/test/unit_test.hpp>

#include "tmserver/store/tail.h"

namespace turbo::store {
namespace {

using mail::Box;
using mail::MessageId;

constexpr TrayKey kAna{1, Box::kInbox};
constexpr TrayKey kBeto{2, Box::kOutbox};

// A send from beto to ana, under the key "k" and its id.
Sends SendOf(MessageId id) {
  Sends sends;
  sends.Hold(kAna, {id});
  sends.Hold(kBeto, {id});
  sends.Remember({kBeto.user, "k" + std::to_string(id)}, id);
  return sends;
}

std::vector<MessageId> IdsOf(const std::vector<Held>& held) {
  std::vector<MessageId> ids;
  for (const Held& one : held) ids.push_back(one.id);
  return ids;
}

void CheckIds(const Tail& tail, const std::vector<MessageId>& expected) {
  BOOST_TEST(IdsOf(tail.In(kAna).held) == expected,
             boost::test_tools::per_element());
}

struct TwoSends {
  TwoSends() {
    tail.Publish(SendOf(1), 1);
    tail.Publish(SendOf(2), 2);
  }
  Tail tail;
};

BOOST_FIXTURE_TEST_SUITE(tail, TwoSends)

BOOST_AUTO_TEST_CASE(a_tray_has_what_was_published_in_order) {
  CheckIds(tail, {1, 2});
  BOOST_TEST(tail.In(kAna).newest == 2);
  BOOST_TEST(tail.In({1, Box::kOutbox}).held.empty());
  BOOST_TEST(tail.In({1, Box::kOutbox}).newest == 2);
  BOOST_TEST(tail.fresh().entries == 4u);
}

BOOST_AUTO_TEST_CASE(a_request_is_known_by_its_sender) {
  BOOST_TEST(tail.FindRequest({2, "k1"}).value() == 1);
  BOOST_TEST(!tail.FindRequest({1, "k1"}));
  BOOST_TEST(!tail.FindRequest({2, "k3"}));
}

BOOST_AUTO_TEST_CASE(what_is_frozen_stays_until_it_is_dropped) {
  tail.Freeze();
  tail.Publish(SendOf(3), 3);
  CheckIds(tail, {1, 2, 3});
  BOOST_TEST(tail.last_frozen() == 2);
  BOOST_TEST(tail.frozen()->entries == 4u);
  BOOST_TEST(tail.FindRequest({2, "k1"}).value() == 1);
  tail.DropFrozen();
  CheckIds(tail, {3});
  BOOST_TEST(tail.frozen() == nullptr);
  BOOST_TEST(!tail.FindRequest({2, "k1"}));
  BOOST_TEST(tail.In(kAna).newest == 3);
}

BOOST_AUTO_TEST_CASE(the_first_after_an_id_are_found_in_both_parts) {
  tail.Freeze();
  tail.Publish(SendOf(3), 3);
  tail.Publish(SendOf(4), 4);
  const auto after = [this](MessageId id, size_t limit) {
    return IdsOf(tail.After(kAna, id, limit));
  };
  BOOST_TEST((after(0, 9) == std::vector<MessageId>{1, 2, 3, 4}));
  BOOST_TEST((after(1, 2) == std::vector<MessageId>{2, 3}));
  BOOST_TEST((after(0, 1) == std::vector<MessageId>{1}));
  BOOST_TEST((after(3, 9) == std::vector<MessageId>{4}));
  BOOST_TEST(after(4, 9).empty());
  BOOST_TEST(tail.CountAfter(kAna, 0) == 4u);
  BOOST_TEST(tail.CountAfter(kAna, 1) == 3u);
  BOOST_TEST(tail.CountAfter(kAna, 4) == 0u);
  BOOST_TEST(tail.CountAfter({9, Box::kInbox}, 0) == 0u);
}

BOOST_AUTO_TEST_CASE(a_tray_holds_what_is_here_until_it_is_dropped) {
  BOOST_TEST(tail.Holds(kAna, 1));
  BOOST_TEST(tail.Holds(kBeto, 2));
  BOOST_TEST(!tail.Holds(kAna, 3));
  BOOST_TEST(!tail.Holds({9, Box::kInbox}, 1));
  tail.Freeze();
  tail.Publish(SendOf(3), 3);
  BOOST_TEST(tail.Holds(kAna, 1));
  BOOST_TEST(tail.Holds(kAna, 3));
  tail.DropFrozen();
  BOOST_TEST(!tail.Holds(kAna, 2));
  BOOST_TEST(tail.Holds(kAna, 3));
  tail.DropAll();
  BOOST_TEST(!tail.Holds(kAna, 3));
}

BOOST_AUTO_TEST_CASE(what_is_restored_is_here_after_what_is_settled) {
  Tail restored;
  restored.Restore(SendOf(8), 7, 9);
  BOOST_TEST(restored.Holds(kAna, 8));
  BOOST_TEST(!restored.Holds(kAna, 7));
  BOOST_TEST(restored.newest() == 9);
  restored.Publish(SendOf(10), 10);
  BOOST_TEST(restored.Holds(kBeto, 10));
}

BOOST_AUTO_TEST_CASE(dropping_all_keeps_the_newest_id) {
  tail.Freeze();
  tail.Publish(SendOf(3), 3);
  tail.DropAll();
  CheckIds(tail, {});
  BOOST_TEST(tail.In(kAna).newest == 3);
  BOOST_TEST(tail.fresh().entries == 0u);
}

BOOST_AUTO_TEST_CASE(a_settled_tray_ignores_what_is_here) {
  BOOST_TEST(IdsOf(After(1, tail.In(kAna).held)) == std::vector<MessageId>{2},
             boost::test_tools::per_element());
  BOOST_TEST(After(2, tail.In(kAna).held).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store

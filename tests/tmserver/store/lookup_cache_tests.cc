#include <boost/test/unit_test.hpp>

#include "tmserver/mail/error.h"
#include "tmserver/store/lookup_cache.h"

namespace turbo::store {
namespace {

using Answer = mail::Result<std::optional<int>>;

struct Cached {
  // What Find answers where the store would answer `answer`.
  Answer Ask(const std::string& key, const Answer& answer) {
    return cache.Find(key, [&] {
      ++reads;
      return answer;
    });
  }
  LookupCache<int> cache{2};
  int reads = 0;
};

BOOST_FIXTURE_TEST_SUITE(lookup_cache, Cached)

BOOST_AUTO_TEST_CASE(a_value_is_read_once) {
  BOOST_TEST(Ask("a", 1)->value() == 1);
  BOOST_TEST(Ask("a", 2)->value() == 1);
  BOOST_TEST(reads == 1);
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_asked_for_again) {
  BOOST_TEST(!Ask("a", std::nullopt)->has_value());
  BOOST_TEST(!Ask("a", mail::Fail(mail::ErrorCode::kUnavailable, "")));
  BOOST_TEST(Ask("a", 2)->value() == 2);
}

BOOST_AUTO_TEST_CASE(what_changed_is_read_again) {
  Ask("a", 1);
  Ask("b", 1);
  cache.Forget("a");
  BOOST_TEST(Ask("a", 2)->value() == 2);
  BOOST_TEST(Ask("b", 2)->value() == 1);
  cache.ForgetAll();
  BOOST_TEST(Ask("b", 2)->value() == 2);
}

BOOST_AUTO_TEST_CASE(what_changes_while_it_is_read_is_not_kept) {
  cache.Find("a", [&]() -> Answer {
    cache.Forget("b");
    return 1;
  });
  BOOST_TEST(Ask("a", 2)->value() == 2);
}

BOOST_AUTO_TEST_CASE(it_does_not_grow_beyond_its_limit) {
  for (const char* key : {"a", "b", "c"}) Ask(key, 1);
  reads = 0;
  for (const char* key : {"a", "b", "c"}) Ask(key, 1);
  BOOST_TEST(reads > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store

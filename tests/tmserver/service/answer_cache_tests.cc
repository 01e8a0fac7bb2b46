#include <boost/test/unit_test.hpp>
#include <string>

#include "tmserver/service/answer_cache.h"

namespace turbo::service {
namespace {

mail::Time At(int64_t ms) { return mail::Time(mail::Duration(ms)); }

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return {&slice, 1};
}

// Empty where nothing was found.
std::string Found(AnswerCache& cache, const AnswerCache::Question& question,
                  int64_t now = 0) {
  auto answer = cache.Find(question, At(now));
  grpc::Slice slice;
  if (!answer || !answer->DumpToSingleSlice(&slice).ok()) return "";
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

BOOST_AUTO_TEST_SUITE(answer_cache)

BOOST_AUTO_TEST_CASE(an_answer_is_the_users_and_the_requests) {
  AnswerCache cache(1 << 20);
  cache.Keep({1, "inbox", 7}, Bytes("one"), std::nullopt);
  cache.Keep({12, "inbox", 7}, Bytes("twelve"), std::nullopt);
  BOOST_TEST(Found(cache, {1, "inbox", 7}) == "one");
  BOOST_TEST(Found(cache, {1, "outbox", 7}).empty());
  BOOST_TEST(Found(cache, {2, "inbox", 7}).empty());
  BOOST_TEST(Found(cache, {12, "inbox", 7}) == "twelve");
  BOOST_TEST(Found(cache, {1, "2 inbox", 7}).empty());
}

BOOST_AUTO_TEST_CASE(another_version_ends_an_answer) {
  AnswerCache cache(1 << 20);
  cache.Keep({1, "inbox", 7}, Bytes("old"), std::nullopt);
  BOOST_TEST(Found(cache, {1, "inbox", 8}).empty());
  BOOST_TEST(Found(cache, {1, "inbox", 7}).empty());
  cache.Keep({1, "inbox", 8}, Bytes("new"), std::nullopt);
  BOOST_TEST(Found(cache, {1, "inbox", 8}) == "new");
}

BOOST_AUTO_TEST_CASE(an_answer_expires) {
  AnswerCache cache(1 << 20);
  cache.Keep({1, "inbox", 7}, Bytes("x"), At(100));
  BOOST_TEST(Found(cache, {1, "inbox", 7}, 99) == "x");
  BOOST_TEST(Found(cache, {1, "inbox", 7}, 100).empty());
}

BOOST_AUTO_TEST_CASE(what_was_not_asked_for_longest_goes_first) {
  AnswerCache cache(200'000);
  const grpc::ByteBuffer answer = Bytes(std::string(1500, 'x'));
  cache.Keep({1, "a", 7}, answer, std::nullopt);
  cache.Keep({2, "a", 7}, answer, std::nullopt);
  for (int user = 3; user < 203; ++user) {
    cache.Keep({user, "a", 7}, answer, std::nullopt);
    BOOST_TEST(!Found(cache, {1, "a", 7}).empty());
  }
  BOOST_TEST(Found(cache, {2, "a", 7}).empty());
  BOOST_TEST(!Found(cache, {202, "a", 7}).empty());
}

BOOST_AUTO_TEST_CASE(what_is_large_is_not_kept) {
  AnswerCache cache(200'000);
  cache.Keep({1, "a", 7}, Bytes(std::string(5000, 'x')), std::nullopt);
  BOOST_TEST(Found(cache, {1, "a", 7}).empty());
  cache.Keep({1, std::string(5000, 'x'), 7}, Bytes("x"), std::nullopt);
  BOOST_TEST(Found(cache, {1, std::string(5000, 'x'), 7}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service

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

std::string TextOf(const grpc::ByteBuffer& bytes) {
  grpc::Slice slice;
  if (!bytes.DumpToSingleSlice(&slice).ok()) return "";
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// Empty where nothing that is current was found.
std::string Found(AnswerCache& cache, const AnswerCache::Question& question,
                  int64_t now = 0) {
  const auto found = cache.Find(question, At(now));
  return found && found->is_current ? TextOf(found->answer) : "";
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

BOOST_AUTO_TEST_CASE(an_answer_that_was_current_is_given_once_more) {
  AnswerCache cache(1 << 20);
  cache.Keep({1, "inbox", 7}, Bytes("old"), std::nullopt);
  const auto found = cache.Find({1, "inbox", 8}, At(0));
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(!found->is_current);
  BOOST_TEST(TextOf(found->answer) == "old");
  BOOST_TEST(!cache.Find({1, "inbox", 8}, At(0)).has_value());
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

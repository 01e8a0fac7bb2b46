#include <climits>
#include <nlohmann/json.hpp>

#include "tests/tmctl/spool/spool_testing.h"
#include "tmctl/spool/spool_entry.h"

namespace turbo::ctl {
namespace {

using Json = nlohmann::json;

// The text of an entry with a change made to it.
template <class Change>
std::string Changed(Change change) {
  Json json = Json::parse(ToText(EntryOf("key")));
  change(json);
  return json.dump();
}

std::string CodeOfParsing(const std::string& text) {
  return CodeOf([&] { ParseEntry(text); });
}

BOOST_AUTO_TEST_SUITE(spool_entry)

BOOST_AUTO_TEST_CASE(all_of_an_entry_comes_back) {
  SpoolEntry entry = EntryOf("a/b \"c\" \\", std::string("\0\xff\n\x80", 4));
  entry.user.clear();
  entry.token_mark = MarkOf("token");
  entry.is_mail = true;
  entry.expires_at = Now() + std::chrono::hours(1);
  entry.Postpone(Failure("inbox_full", "the inbox is full: bétö"), Now());
  entry.request.set_in_reply_to(7);
  entry.request.add_attachments()->set_name("picture");
  entry.request.mutable_attachments(0)->set_data(std::string("\0\xfe", 2));
  (*entry.request.mutable_labels())["k=1"] = "é,\n";
  entry.request.set_once(true);
  entry.request.set_no_copy(true);
  const SpoolEntry same = ParseEntry(ToText(entry));
  BOOST_TEST(ToText(same) == ToText(entry));
  BOOST_TEST(same.request.body() == entry.request.body());
  BOOST_TEST(same.request.labels().at("k=1") == "é,\n");
  BOOST_TEST(same.key() == entry.key());
  BOOST_TEST(same.is_mail);
  BOOST_TEST(same.request.in_reply_to() == 7);
  BOOST_TEST(same.request.attachments(0).data() ==
             entry.request.attachments(0).data());
  BOOST_TEST((same.expires_at == entry.expires_at));
  BOOST_TEST((same.next_attempt_at == entry.next_attempt_at));
  BOOST_TEST(same.last_code == "inbox_full");
  BOOST_TEST(same.attempts == 1);
}

BOOST_AUTO_TEST_CASE(the_time_here_counts_against_the_ttl) {
  using std::chrono::milliseconds;
  const Time now = Now();
  turbomessage::v1::SendRequest request = EntryOf("key").request;
  request.mutable_ttl()->set_seconds(60);
  request.mutable_ttl()->set_nanos(500000000);
  const SpoolEntry entry = ParseEntry(ToText(NewEntry(request, now)));
  BOOST_TEST((entry.expires_at == now + milliseconds(60500)));
  const auto ttl = entry.RequestAt(now + milliseconds(59250)).ttl();
  BOOST_TEST(ttl.seconds() == 1);
  BOOST_TEST(ttl.nanos() == 250000000);
  BOOST_TEST(!EntryOf("key").RequestAt(now).has_ttl());
}

BOOST_AUTO_TEST_CASE(any_body_and_subject_come_back) {
  rc::check([] {
    SpoolEntry entry = EntryOf("key", *AnyBytes());
    entry.request.set_subject(*AnyUtf8());
    const SpoolEntry same = ParseEntry(ToText(entry));
    RC_ASSERT(same.request.body() == entry.request.body());
    RC_ASSERT(same.request.subject() == entry.request.subject());
  });
}

BOOST_AUTO_TEST_CASE(another_version_or_an_unknown_field_is_not_read) {
  BOOST_TEST(CodeOfParsing(Changed([](Json& j) { j["version"] = 2; })) ==
             "io_error");
  BOOST_TEST(CodeOfParsing(Changed([](Json& j) { j["format"] = "x"; })) ==
             "io_error");
  BOOST_TEST(CodeOfParsing(Changed([](Json& j) {
               j["request"]["from_the_future"] = 1;
             })) == "io_error");
}

BOOST_AUTO_TEST_CASE(what_is_cut_or_damaged_is_not_read) {
  const std::string whole = ToText(EntryOf("key"));
  // The last byte is a newline, which may be missing.
  for (size_t size = 0; size + 2 < whole.size(); ++size) {
    BOOST_TEST(CodeOfParsing(whole.substr(0, size)) == "io_error");
  }
  for (const char* field : {"server", "user", "queued_at", "request"}) {
    BOOST_TEST(CodeOfParsing(Changed([&](Json& j) { j.erase(field); })) ==
               "io_error");
    BOOST_TEST(CodeOfParsing(Changed([&](Json& j) { j[field] = 7; })) ==
               "io_error");
  }
  for (const Json& attempts : {Json(-1), Json(INT_MAX), Json(1e300)}) {
    BOOST_TEST(CodeOfParsing(Changed(
                   [&](Json& j) { j["attempts"] = attempts; })) == "io_error",
               attempts);
  }
  BOOST_TEST(CodeOfParsing(Changed([](Json& j) {
               j["request"].erase("request_id");
             })) == "io_error");
  BOOST_TEST(CodeOfParsing("[]") == "io_error");
  const std::string nested(1'000'000, '[');
  BOOST_TEST(CodeOfParsing(nested) == "io_error");
  BOOST_TEST(CodeOfParsing("{\"format\":" + nested) == "io_error");
}

BOOST_AUTO_TEST_CASE(the_identity_is_that_of_the_send) {
  const SpoolEntry entry = EntryOf("key");
  SpoolEntry other = EntryOf("key", "another body");
  other.attempts = 3;
  BOOST_TEST(IdentityOf(entry) == IdentityOf(other));
  for (std::string SpoolEntry::*field :
       {&SpoolEntry::server, &SpoolEntry::profile, &SpoolEntry::user}) {
    other = entry;
    other.*field += "x";
    BOOST_TEST(IdentityOf(entry) != IdentityOf(other));
  }
  BOOST_TEST(IdentityOf(entry) != IdentityOf(EntryOf("key2")));
}

BOOST_AUTO_TEST_CASE(the_pauses_double_up_to_a_quarter_of_an_hour) {
  using std::chrono::minutes;
  SpoolEntry entry = EntryOf("key");
  const Time now = Now();
  for (const int pause : {1, 2, 4, 8, 15, 15, 15}) {
    entry.Postpone(Failure("inbox_full", "full"), now);
    BOOST_TEST((entry.next_attempt_at == now + minutes(pause)), pause);
  }
  BOOST_TEST(entry.attempts == 7);
  entry.attempts = 1000000;
  entry.Postpone(Failure("inbox_full", "full"), now);
  BOOST_TEST((entry.next_attempt_at == now + minutes(15)));
}

BOOST_AUTO_TEST_CASE(a_longer_pause_that_the_server_asks_for_holds) {
  SpoolEntry entry = EntryOf("key");
  const Time now = Now();
  Failure failure("rate_limited", "too much");
  failure.retry_after_ms = 3600000;
  entry.Postpone(failure, now);
  BOOST_TEST((entry.next_attempt_at == now + std::chrono::hours(1)));
}

BOOST_AUTO_TEST_CASE(a_mark_tells_tokens_apart_and_hides_them) {
  BOOST_TEST(MarkOf("secret") == MarkOf("secret"));
  BOOST_TEST(MarkOf("secret") != MarkOf("other"));
  BOOST_TEST(MarkOf("secret").find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl

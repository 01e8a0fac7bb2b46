#include <boost/test/unit_test.hpp>
#include <limits>

#include "tmserver/mail/draft.h"
#include "tmserver/service/translate.h"

namespace turbo::service {
namespace {

using google::protobuf::Timestamp;
using mail::ErrorCode;
using std::chrono::milliseconds;

Timestamp At(int64_t seconds, int32_t nanos = 0) {
  Timestamp time;
  time.set_seconds(seconds);
  time.set_nanos(nanos);
  return time;
}

mail::Time Ms(int64_t ms) { return mail::Time(milliseconds(ms)); }

// As the sender sees it, read by one of two.
mail::Message SentMessage() {
  mail::Message message;
  message.id = mail::kMaxMessageId;
  message.box = mail::Box::kOutbox;
  message.from = "ana";
  message.recipients = {{"beto", Ms(5)}, {"carla", std::nullopt}};
  message.subject = "s";
  message.body = std::string("\0\xff", 2);
  message.labels = {{"a", "1"}, {"b", "2"}};
  message.sent_at = Ms(1234);
  return message;
}

bool IsRefused(const Timestamp& time) {
  const auto result = FromProto(time);
  return !result && result.error().code == ErrorCode::kInvalidArgument;
}

BOOST_AUTO_TEST_SUITE(translate)

BOOST_AUTO_TEST_CASE(boxes_make_the_round_trip) {
  for (const mail::Box box : {mail::Box::kInbox, mail::Box::kOutbox}) {
    BOOST_TEST(FromProto(ToProto(box)).has_value());
    BOOST_TEST((*FromProto(ToProto(box)) == box));
  }
}

BOOST_AUTO_TEST_CASE(a_box_that_is_none_is_refused) {
  for (const int box : {0, 3, -1, 1000}) {
    const auto result = FromProto(static_cast<v1::Box>(box));
    BOOST_TEST_REQUIRE(!result.has_value());
    BOOST_TEST((result.error().code == ErrorCode::kInvalidArgument));
  }
}

BOOST_AUTO_TEST_CASE(times_make_the_round_trip) {
  for (const int64_t ms : {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{-1001},
                           int64_t{1'700'000'000'123}}) {
    BOOST_TEST((FromProto(ToProto(Ms(ms))) == Ms(ms)));
  }
}

BOOST_AUTO_TEST_CASE(a_time_between_milliseconds_becomes_the_next) {
  BOOST_TEST((FromProto(At(5, 1)) == Ms(5001)));
  BOOST_TEST((FromProto(At(5, 1'000'000)) == Ms(5001)));
  BOOST_TEST((FromProto(At(5, 999'999'999)) == Ms(6000)));
  BOOST_TEST((FromProto(At(-5, 500'000'000)) == Ms(-4500)));
}

BOOST_AUTO_TEST_CASE(a_time_out_of_range_is_refused) {
  BOOST_TEST(IsRefused(At(std::numeric_limits<int64_t>::max())));
  BOOST_TEST(IsRefused(At(std::numeric_limits<int64_t>::min())));
  BOOST_TEST(IsRefused(At(253402300800)));  // the year 10000
  BOOST_TEST(IsRefused(At(-62135596801)));  // before the year 1
  BOOST_TEST(!IsRefused(At(253402300799)));
  BOOST_TEST(!IsRefused(At(-62135596800)));
  BOOST_TEST(IsRefused(At(0, -1)));
  BOOST_TEST(IsRefused(At(0, 1'000'000'000)));
}

BOOST_AUTO_TEST_CASE(an_empty_filter_selects_everything) {
  const auto filter = FromProto(v1::Filter());
  BOOST_TEST_REQUIRE(filter.has_value());
  BOOST_TEST(filter->empty());
}

BOOST_AUTO_TEST_CASE(every_condition_of_a_filter_arrives) {
  v1::Filter filter;
  filter.set_read(false);
  filter.set_from("ana");
  filter.set_to("beto");
  *filter.mutable_since() = At(1);
  *filter.mutable_until() = At(2);
  filter.set_subject("disk");
  (*filter.mutable_labels())["host"] = "db1";
  filter.set_in_reply_to(7);
  const mail::Filter expected{
      false, "ana", "beto", Ms(1000), Ms(2000), "disk", {{"host", "db1"}}, 7};
  BOOST_TEST((FromProto(filter) == expected));
}

BOOST_AUTO_TEST_CASE(a_filter_with_a_bad_time_is_refused) {
  v1::Filter since;
  *since.mutable_since() = At(0, -1);
  BOOST_TEST(!FromProto(since).has_value());
  v1::Filter until;
  *until.mutable_until() = At(0, -1);
  BOOST_TEST(!FromProto(until).has_value());
}

BOOST_AUTO_TEST_CASE(page_sizes_are_defaulted_capped_or_refused) {
  BOOST_TEST(*LimitOf(0) == 100u);
  BOOST_TEST(*LimitOf(1) == 1u);
  BOOST_TEST(*LimitOf(1000) == 1000u);
  BOOST_TEST(*LimitOf(1001) == 1000u);
  BOOST_TEST(*LimitOf(std::numeric_limits<int32_t>::max()) == 1000u);
  BOOST_TEST((LimitOf(-1).error().code == ErrorCode::kInvalidArgument));
}

BOOST_AUTO_TEST_CASE(a_send_is_taken_apart) {
  v1::SendRequest request;
  request.add_to("beto");
  request.add_to("carla");
  request.set_subject("s");
  request.set_body(std::string("\0\xff", 2));
  (*request.mutable_labels())["k"] = "v";
  request.set_request_id("key");
  request.set_once(true);
  request.set_no_copy(true);
  request.set_validate_only(true);
  const mail::SendOptions options = OptionsOf(request);
  BOOST_TEST(options.request_id == "key");
  BOOST_TEST(options.once);
  BOOST_TEST(options.validate_only);
  const mail::Draft draft = DraftOf(request);
  BOOST_TEST((draft.to == std::vector<std::string>{"beto", "carla"}));
  BOOST_TEST(draft.subject == "s");
  BOOST_TEST(draft.body == std::string("\0\xff", 2));
  BOOST_TEST((draft.labels == mail::Labels{{"k", "v"}}));
  BOOST_TEST(!draft.keep_copy);
}

// A request has room for millions of empty ones.
BOOST_AUTO_TEST_CASE(attachments_are_taken_until_there_are_too_many) {
  v1::SendRequest request;
  for (size_t i = 0; i < 3 * mail::kMaxAttachments; ++i) {
    request.add_attachments();
  }
  BOOST_TEST(DraftOf(request).attachments.size() == mail::kMaxAttachments + 1);
}

BOOST_AUTO_TEST_CASE(a_plain_send_keeps_a_copy_and_has_no_options) {
  v1::SendRequest request;
  BOOST_TEST(DraftOf(request).keep_copy);
  BOOST_TEST(OptionsOf(request).request_id.empty());
  BOOST_TEST(!OptionsOf(request).once);
  BOOST_TEST(!OptionsOf(request).validate_only);
}

BOOST_AUTO_TEST_CASE(a_message_arrives_whole) {
  const mail::Message message = SentMessage();
  const v1::Message sent = ToProto(message);
  BOOST_TEST(sent.id() == mail::kMaxMessageId);
  BOOST_TEST(sent.from() == "ana");
  BOOST_TEST_REQUIRE(sent.recipients_size() == 2);
  BOOST_TEST(sent.recipients(0).user() == "beto");
  BOOST_TEST(sent.recipients(0).read_at().nanos() == 5'000'000);
  BOOST_TEST(!sent.recipients(1).has_read_at());
  BOOST_TEST(sent.subject() == "s");
  BOOST_TEST(sent.body() == message.body);
  BOOST_TEST(sent.labels().at("b") == "2");
  BOOST_TEST(sent.sent_at().seconds() == 1);
  BOOST_TEST(sent.sent_at().nanos() == 234'000'000);
  BOOST_TEST(!sent.read());
  BOOST_TEST(!sent.has_read_at());
}

BOOST_AUTO_TEST_CASE(messages_make_the_round_trip) {
  mail::Message plain;
  plain.id = 1;
  plain.sent_at = Ms(-1);
  mail::Message full = SentMessage();
  full.attachments = {{"a.txt", "text/plain", 2, "aa"}, {"b", "x/y", 7, ""}};
  full.read_at = Ms(1235);
  full.in_reply_to = 3;
  full.expires_at = Ms(1236);
  for (const mail::Message& message : {plain, full}) {
    BOOST_TEST((FromProto(ToProto(message), message.box) == message));
  }
}

BOOST_AUTO_TEST_CASE(a_read_message_says_when) {
  mail::Message message;
  message.read_at = Ms(7000);
  const v1::Message sent = ToProto(message);
  BOOST_TEST(sent.read());
  BOOST_TEST(sent.read_at().seconds() == 7);
}

BOOST_AUTO_TEST_CASE(answers_to_writes_arrive_whole) {
  const v1::SendResponse sent = ToProto(mail::Sent{7, Ms(1), {"beto"}, true});
  BOOST_TEST(sent.id() == 7);
  BOOST_TEST(sent.sent_at().nanos() == 1'000'000);
  BOOST_TEST_REQUIRE(sent.to_size() == 1);
  BOOST_TEST(sent.to(0) == "beto");
  BOOST_TEST(sent.duplicate());

  const mail::Changed changed{{3, 1}, {9}};
  BOOST_TEST((IdsOf(MarkResponseOf(changed).changed_ids()) == changed.ids));
  BOOST_TEST((IdsOf(MarkResponseOf(changed).missing_ids()) == changed.missing));
  BOOST_TEST((IdsOf(DeleteResponseOf(changed).deleted_ids()) == changed.ids));
  BOOST_TEST(
      (IdsOf(DeleteResponseOf(changed).missing_ids()) == changed.missing));
}

BOOST_AUTO_TEST_CASE(a_session_says_who_how_and_until_when) {
  mail::Caller caller;
  caller.user = "ana";
  caller.token_hash = "secret";
  caller.expires_at = Ms(9000);
  const v1::Session session = ToProto(caller);
  BOOST_TEST(session.user() == "ana");
  BOOST_TEST(session.auth() == v1::AUTH_LOGIN);
  BOOST_TEST(session.scope() == v1::SCOPE_FULL);
  BOOST_TEST(session.expires_at().seconds() == 9);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service

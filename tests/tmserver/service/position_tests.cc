#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "tmserver/service/position.h"

namespace turbo::service {
namespace {

using mail::ErrorCode;

const mail::Cursor kPlace{std::string("\x00\xffid", 4), "ana",
                          mail::Box::kOutbox, 42};

bool IsInvalidCursor(const std::string& text) {
  const auto result = DecodeCursor(text);
  return !result && result.error().code == ErrorCode::kCursorInvalid;
}

bool IsInvalidToken(const std::string& text) {
  const auto result = DecodePageToken(text);
  return !result && result.error().code == ErrorCode::kInvalidArgument;
}

BOOST_AUTO_TEST_SUITE(position)

BOOST_AUTO_TEST_CASE(cursors_make_the_round_trip) {
  for (const mail::MessageId id : {mail::MessageId{0}, mail::kMaxMessageId}) {
    mail::Cursor cursor = kPlace;
    cursor.id = id;
    BOOST_TEST((DecodeCursor(EncodeCursor(cursor)) == cursor));
  }
}

BOOST_AUTO_TEST_CASE(page_tokens_make_the_round_trip) {
  const PageToken token{kPlace, std::string("\0digest", 7), 99};
  BOOST_TEST((DecodePageToken(EncodePageToken(token)) == token));
}

BOOST_AUTO_TEST_CASE(they_are_safe_in_shells_and_urls) {
  for (int id = 0; id < 1000; ++id) {
    const std::string text =
        EncodeCursor({std::string(16, char(id)), "ana", mail::Box::kInbox, id});
    BOOST_TEST(text.find_first_not_of(
                   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                   "0123456789-_") == text.npos);
  }
}

BOOST_AUTO_TEST_CASE(one_is_not_the_other) {
  BOOST_TEST(IsInvalidCursor(EncodePageToken({kPlace, "d", 1})));
  BOOST_TEST(IsInvalidToken(EncodeCursor(kPlace)));
}

BOOST_AUTO_TEST_CASE(garbage_is_refused) {
  for (const char* text : {"", "x", "!!!!", "AAAA", "////", "null", "CgIIAQ",
                           "CgA", "EgA", "\xff"}) {
    BOOST_TEST(IsInvalidCursor(text), text);
    BOOST_TEST(IsInvalidToken(text), text);
  }
  BOOST_TEST(IsInvalidCursor(std::string(100'000, 'A')));
}

BOOST_AUTO_TEST_CASE(places_that_can_not_be_are_refused) {
  mail::Cursor cursor = kPlace;
  cursor.id = -1;
  BOOST_TEST(IsInvalidCursor(EncodeCursor(cursor)));
  cursor.id = mail::kMaxMessageId + 1;
  BOOST_TEST(IsInvalidCursor(EncodeCursor(cursor)));
}

BOOST_AUTO_TEST_CASE(any_text_is_decoded_or_refused) {
  const bool held = rc::check([](const std::string& text) {
    DecodeCursor(text);
    DecodePageToken(text);
  });
  BOOST_TEST(held);
}

v1::ListRequest Request() {
  v1::ListRequest request;
  request.set_box(v1::BOX_INBOX);
  for (int i = 0; i < 20; ++i) {
    (*request.mutable_filter()->mutable_labels())[std::to_string(i)] = "x";
  }
  return request;
}

BOOST_AUTO_TEST_CASE(the_digest_is_the_requests_own) {
  const std::string digest = DigestOf(Request());
  BOOST_TEST(digest == DigestOf(Request()));
  v1::ListRequest other = Request();
  other.set_box(v1::BOX_OUTBOX);
  BOOST_TEST(digest != DigestOf(other));
  other = Request();
  other.mutable_filter()->set_read(false);
  BOOST_TEST(digest != DigestOf(other));
  other = Request();
  other.set_oldest_first(true);
  BOOST_TEST(digest != DigestOf(other));
  other = Request();
  other.set_cursor("");
  BOOST_TEST(digest != DigestOf(other));
  other = Request();
  (*other.mutable_filter()->mutable_labels())["7"] = "y";
  BOOST_TEST(digest != DigestOf(other));
}

BOOST_AUTO_TEST_CASE(page_size_and_token_may_change_from_page_to_page) {
  v1::ListRequest other = Request();
  other.set_page_size(7);
  other.set_page_token("x");
  BOOST_TEST(DigestOf(Request()) == DigestOf(other));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service

// turbomessage.v1 as its clients see it: real stubs, a real server.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/tmserver/server_testing.h"
#include "tmserver/service/mail_service.h"
#include "tmserver/service/translate.h"

namespace turbo::service {
namespace {

using server::Client;
using server::TestOptions;
using server::TestServer;
using Ids = std::vector<int64_t>;

struct Fixture {
  static server::Options Roomy() {
    server::Options options = TestOptions();
    options.mail.tray_capacity = 100;
    return options;
  }

  TestServer server{Roomy()};
  Client ana{server, "ana"};
  Client beto{server, "beto"};

  void SendToBeto(int count) {
    for (int i = 1; i <= count; ++i) {
      BOOST_TEST_REQUIRE(ana.Send({"beto"}, "s" + std::to_string(i)).ok());
    }
  }
};

v1::ListRequest Inbox(int page_size = 0) {
  v1::ListRequest request;
  request.set_box(v1::BOX_INBOX);
  request.set_page_size(page_size);
  return request;
}

Ids IdsIn(const v1::ListResponse& response) {
  Ids ids;
  for (const v1::Message& message : response.messages()) {
    ids.push_back(message.id());
  }
  return ids;
}

BOOST_FIXTURE_TEST_SUITE(mail_service, Fixture)

BOOST_AUTO_TEST_CASE(a_message_arrives_and_the_sender_sees_it_read) {
  const auto sent = ana.Send({"Beto", "beto"}, "disk full");
  BOOST_TEST_REQUIRE(sent.ok());
  BOOST_TEST(sent->id() == 1);
  BOOST_TEST(sent->to_size() == 1);
  BOOST_TEST(sent->to(0) == "beto");
  BOOST_TEST(!sent->duplicate());

  const auto listed = beto.List(Inbox());
  BOOST_TEST_REQUIRE(listed->messages_size() == 1);
  BOOST_TEST(listed->messages(0).subject() == "disk full");
  BOOST_TEST(listed->messages(0).body().empty());
  BOOST_TEST(!listed->messages(0).read());

  const auto got = beto.Get(1);
  BOOST_TEST(got->message().body() == "body of disk full");
  BOOST_TEST(got->box() == v1::BOX_INBOX);
  BOOST_TEST((IdsOf(beto.Mark({1, 1, 9}, true)->changed_ids()) == Ids{1}));

  const auto outbox = ana.Get(1);
  BOOST_TEST(outbox->box() == v1::BOX_OUTBOX);
  BOOST_TEST(outbox->message().read());
  BOOST_TEST(outbox->message().recipients(0).has_read_at());
}

BOOST_AUTO_TEST_CASE(marking_and_deleting_name_what_is_missing) {
  SendToBeto(2);
  const auto marked = beto.Mark({2, 7}, true);
  BOOST_TEST((IdsOf(marked->changed_ids()) == Ids{2}));
  BOOST_TEST((IdsOf(marked->missing_ids()) == Ids{7}));
  BOOST_TEST(beto.Mark({2}, true)->changed_ids_size() == 0);
  BOOST_TEST((IdsOf(beto.Mark({2}, false)->changed_ids()) == Ids{2}));
  const auto deleted = beto.Delete({1, 7});
  BOOST_TEST((IdsOf(deleted->deleted_ids()) == Ids{1}));
  BOOST_TEST((IdsOf(deleted->missing_ids()) == Ids{7}));
  BOOST_TEST((IdsIn(beto.List(Inbox()).response) == Ids{2}));
  BOOST_TEST((IdsOf(ana.Delete({1}, v1::BOX_OUTBOX)->deleted_ids()) == Ids{1}));
}

BOOST_AUTO_TEST_CASE(errors_say_why_and_name_what_they_are_about) {
  const auto unknown = ana.Send({"beto", "nobody", "noone"});
  BOOST_TEST(unknown.status.error_code() == grpc::StatusCode::NOT_FOUND);
  BOOST_TEST(unknown.info().domain() == "turbomessage");
  BOOST_TEST(unknown.reason() == "RECIPIENT_NOT_FOUND");
  BOOST_TEST(unknown.info().metadata().at("users") == "nobody,noone");

  const auto missing = ana.Get(42);
  BOOST_TEST(missing.reason() == "MESSAGE_NOT_FOUND");
  BOOST_TEST(missing.info().metadata().at("ids") == "42");
  BOOST_TEST(ana.Get(0).reason() == "MESSAGE_NOT_FOUND");
  BOOST_TEST(ana.Get(-1, v1::BOX_OUTBOX).reason() == "MESSAGE_NOT_FOUND");
  BOOST_TEST(ana.Send(v1::SendRequest()).reason() == "INVALID_ARGUMENT");
}

BOOST_AUTO_TEST_CASE(an_error_about_a_hundred_users_reaches_the_client) {
  std::vector<std::string> users;
  for (int i = 0; i < 100; ++i) {
    users.push_back(std::string(61, 'u') + std::to_string(100 + i));
  }
  BOOST_TEST(ana.Send(users).reason() == "RECIPIENT_NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(a_request_id_answers_again) {
  v1::SendRequest request;
  request.add_to("beto");
  request.set_body("x");
  request.set_request_id("key");
  BOOST_TEST(ana.Send(request)->id() == 1);
  const auto again = ana.Send(request);
  BOOST_TEST(again->id() == 1);
  BOOST_TEST(again->duplicate());
  request.set_body("y");
  BOOST_TEST(ana.Send(request).reason() == "REQUEST_ID_REUSED");
  request.set_once(true);
  BOOST_TEST(ana.Send(request)->duplicate());
  request.set_request_id("\n");
  BOOST_TEST(ana.Send(request).reason() == "INVALID_ARGUMENT");
}

BOOST_AUTO_TEST_CASE(a_send_may_only_be_checked_or_keep_no_copy) {
  v1::SendRequest request;
  request.add_to("beto");
  request.set_validate_only(true);
  BOOST_TEST(ana.Send(request)->id() == 0);
  request.set_validate_only(false);
  request.set_no_copy(true);
  BOOST_TEST(ana.Send(request)->id() == 1);
  BOOST_TEST(ana.Get(1).reason() == "MESSAGE_NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_an_invalid_argument) {
  v1::SendRequest request;
  request.add_to("beto");
  request.set_subject("\xff\xfe");
  const auto outcome = ana.Send(request);
  BOOST_TEST(outcome.status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  BOOST_TEST(outcome.reason() == "INVALID_ARGUMENT");
  request.set_subject("fine");
  request.set_body("\xff\xfe");
  BOOST_TEST(ana.Send(request).ok());
}

BOOST_AUTO_TEST_CASE(a_box_must_be_one) {
  for (const int box : {0, 3, -1}) {
    const auto none = static_cast<v1::Box>(box);
    v1::ListRequest list;
    list.set_box(none);
    BOOST_TEST(ana.List(list).reason() == "INVALID_ARGUMENT");
    v1::CountRequest count;
    count.set_box(none);
    BOOST_TEST(ana.Count(count).reason() == "INVALID_ARGUMENT");
    BOOST_TEST(ana.Delete({1}, none).reason() == "INVALID_ARGUMENT");
    if (box != 0) BOOST_TEST(ana.Get(1, none).reason() == "INVALID_ARGUMENT");
  }
}

BOOST_AUTO_TEST_CASE(more_ids_than_allowed_are_refused) {
  BOOST_TEST(ana.Mark(Ids(1000, 1), true).ok());
  BOOST_TEST(ana.Mark(Ids(1001, 1), true).reason() == "INVALID_ARGUMENT");
  BOOST_TEST(ana.Delete(Ids(1001, 1)).reason() == "INVALID_ARGUMENT");
}

BOOST_AUTO_TEST_CASE(filters_select_and_count) {
  SendToBeto(3);
  beto.Mark({2}, true);
  v1::ListRequest request = Inbox();
  request.mutable_filter()->set_read(true);
  BOOST_TEST((IdsIn(beto.List(request).response) == Ids{2}));
  v1::CountRequest count;
  count.set_box(v1::BOX_INBOX);
  BOOST_TEST(beto.Count(count)->count() == 3);
  *count.mutable_filter() = request.filter();
  BOOST_TEST(beto.Count(count)->count() == 1);
  count.mutable_filter()->mutable_since()->set_nanos(-1);
  BOOST_TEST(beto.Count(count).reason() == "INVALID_ARGUMENT");
  request.mutable_filter()->set_from("not a name");
  BOOST_TEST(beto.List(request).reason() == "INVALID_ARGUMENT");
}

BOOST_AUTO_TEST_CASE(pages_follow_each_other_in_both_orders) {
  SendToBeto(7);
  for (const bool oldest_first : {false, true}) {
    v1::ListRequest request = Inbox(3);
    request.set_oldest_first(oldest_first);
    Ids ids;
    int pages = 0;
    do {
      const auto page = beto.List(request);
      BOOST_TEST_REQUIRE(page.ok());
      for (const int64_t id : IdsIn(page.response)) ids.push_back(id);
      request.set_page_token(page->next_page_token());
    } while (++pages < 10 && !request.page_token().empty());
    BOOST_TEST(pages == 3);
    const Ids up = {1, 2, 3, 4, 5, 6, 7};
    BOOST_TEST((ids == (oldest_first ? up : Ids(up.rbegin(), up.rend()))));
  }
}

BOOST_AUTO_TEST_CASE(page_sizes_are_checked) {
  BOOST_TEST(beto.List(Inbox(-1)).reason() == "INVALID_ARGUMENT");
  BOOST_TEST(beto.List(Inbox(1'000'000)).ok());
}

BOOST_AUTO_TEST_CASE(bodies_come_when_asked_for) {
  SendToBeto(1);
  v1::ListRequest request = Inbox();
  request.set_with_body(true);
  BOOST_TEST(beto.List(request)->messages(0).body() == "body of s1");
}

BOOST_AUTO_TEST_CASE(a_page_token_is_good_for_its_own_request_alone) {
  SendToBeto(3);
  v1::ListRequest request = Inbox(1);
  request.set_page_token(beto.List(request)->next_page_token());
  BOOST_TEST(beto.List(request).ok());
  request.set_page_size(2);
  BOOST_TEST(beto.List(request).ok());

  BOOST_TEST(ana.List(request).reason() == "INVALID_ARGUMENT");
  v1::ListRequest other = request;
  other.set_box(v1::BOX_OUTBOX);
  BOOST_TEST(beto.List(other).reason() == "INVALID_ARGUMENT");
  other = request;
  other.mutable_filter()->set_subject("s");
  BOOST_TEST(beto.List(other).reason() == "INVALID_ARGUMENT");
  other = request;
  other.set_oldest_first(true);
  BOOST_TEST(beto.List(other).reason() == "INVALID_ARGUMENT");

  TestServer elsewhere(Roomy());
  Client(elsewhere, "ana");
  Client stranger(elsewhere, "beto");
  BOOST_TEST(stranger.List(request).reason() == "INVALID_ARGUMENT");
}

BOOST_AUTO_TEST_CASE(a_garbage_page_token_is_an_invalid_argument) {
  SendToBeto(1);
  v1::ListRequest request = Inbox();
  const std::string cursor = beto.List(request)->cursor();
  for (const std::string& token :
       {std::string("x"), cursor, std::string(100'000, 'A')}) {
    request.set_page_token(token);
    BOOST_TEST(beto.List(request).reason() == "INVALID_ARGUMENT");
  }
}

// The same request is answered from what was read before, while that is true.
BOOST_AUTO_TEST_CASE(a_list_asked_for_again_shows_what_has_changed) {
  const auto read_in_inbox = [&] {
    const auto listed = beto.List(Inbox());
    return listed->messages_size() == 1 ? listed->messages(0).read() : true;
  };
  BOOST_TEST(beto.List(Inbox())->messages_size() == 0);
  ana.Send({"beto"});
  BOOST_TEST(!read_in_inbox());
  BOOST_TEST(!read_in_inbox());
  beto.Mark({1}, true);
  BOOST_TEST(read_in_inbox());
  v1::ListRequest outbox;
  outbox.set_box(v1::BOX_OUTBOX);
  BOOST_TEST(ana.List(outbox)->messages(0).read());
  BOOST_TEST(ana.List(Inbox())->messages_size() == 0);
  beto.Delete({1});
  BOOST_TEST(beto.List(Inbox())->messages_size() == 0);
}

BOOST_AUTO_TEST_CASE(a_list_asked_for_again_leaves_out_what_has_expired) {
  v1::SendRequest request;
  request.add_to("beto");
  request.mutable_ttl()->set_seconds(1);
  BOOST_TEST_REQUIRE(ana.Send(request).ok());
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (beto.List(Inbox())->messages_size() > 0 &&
         std::chrono::steady_clock::now() < deadline) {
  }
  BOOST_TEST(beto.List(Inbox())->messages_size() == 0);
}

BOOST_AUTO_TEST_CASE(a_cursor_takes_up_where_the_list_ended) {
  SendToBeto(2);
  v1::ListRequest request = Inbox();
  request.set_cursor("");
  auto page = beto.List(request);
  BOOST_TEST((IdsIn(page.response) == Ids{1, 2}));
  request.set_cursor(page->cursor());
  BOOST_TEST(beto.List(request)->messages_size() == 0);
  SendToBeto(2);
  page = beto.List(request);
  BOOST_TEST((IdsIn(page.response) == Ids{3, 4}));
  request.set_cursor(page->messages(0).cursor());
  BOOST_TEST(beto.Get(3)->message().cursor() == request.cursor());
  BOOST_TEST((IdsIn(beto.List(request).response) == Ids{4}));
}

BOOST_AUTO_TEST_CASE(a_cursor_list_has_pages) {
  SendToBeto(5);
  v1::ListRequest request = Inbox(2);
  request.set_cursor(beto.List([] {
                           v1::ListRequest first = Inbox(1);
                           first.set_oldest_first(true);
                           return first;
                         }())
                         ->cursor());
  auto page = beto.List(request);
  BOOST_TEST((IdsIn(page.response) == Ids{2, 3}));
  // A page's own cursor goes on where it ended, too.
  v1::ListRequest later = request;
  later.set_cursor(page->cursor());
  BOOST_TEST((IdsIn(beto.List(later).response) == Ids{4, 5}));
  request.set_page_token(page->next_page_token());
  page = beto.List(request);
  BOOST_TEST((IdsIn(page.response) == Ids{4, 5}));
}

BOOST_AUTO_TEST_CASE(newest_first_the_cursor_is_the_first_pages_newest) {
  SendToBeto(3);
  v1::ListRequest request = Inbox(2);
  const auto first = beto.List(request);
  SendToBeto(1);
  request.set_page_token(first->next_page_token());
  const auto second = beto.List(request);
  BOOST_TEST((IdsIn(second.response) == Ids{1}));
  v1::ListRequest later = Inbox();
  later.set_cursor(second->cursor());
  BOOST_TEST((IdsIn(beto.List(later).response) == Ids{4}));
}

BOOST_AUTO_TEST_CASE(a_wrong_cursor_is_refused) {
  SendToBeto(1);
  const std::string cursor = beto.List(Inbox())->cursor();
  v1::ListRequest request = Inbox();
  request.set_cursor(cursor);
  const auto others = ana.List(request);
  BOOST_TEST(others.status.error_code() == grpc::StatusCode::OUT_OF_RANGE);
  BOOST_TEST(others.reason() == "CURSOR_INVALID");
  request.set_box(v1::BOX_OUTBOX);
  BOOST_TEST(beto.List(request).reason() == "CURSOR_INVALID");
  request = Inbox();
  request.set_cursor("garbage");
  BOOST_TEST(beto.List(request).reason() == "CURSOR_INVALID");
}

BOOST_AUTO_TEST_CASE(full_trays_name_their_owners) {
  server::Options options = TestOptions();
  options.mail.tray_capacity = 1;
  TestServer small(options);
  Client carla(small, "carla");
  Client dora(small, "dora");
  BOOST_TEST(carla.Send({"dora"}).ok());
  BOOST_TEST(carla.Send({"dora"}).reason() == "OUTBOX_FULL");
  BOOST_TEST(carla.Delete({1}, v1::BOX_OUTBOX).ok());
  const auto full = carla.Send({"dora", "carla"});
  BOOST_TEST(full.status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  BOOST_TEST(full.reason() == "INBOX_FULL");
  BOOST_TEST(full.info().metadata().at("users") == "dora");
}

BOOST_AUTO_TEST_CASE(a_message_may_be_as_large_as_the_options_say) {
  server::Options options = TestOptions();
  options.mail.max_message_size = 5 << 20;
  TestServer large(options);
  Client carla(large, "carla");
  v1::SendRequest request;
  request.add_to("carla");
  request.set_body(std::string(5 << 20, 'x'));
  BOOST_TEST(carla.Send(request).ok());
  request.set_subject("x");
  BOOST_TEST(carla.Send(request).reason() == "MESSAGE_TOO_LARGE");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service

// Lists of turbomessage.v1: real stubs, a real server.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/temp_dir.h"
#include "tests/tmserver/service/mail_service_testing.h"

namespace turbo::service {
namespace {

BOOST_FIXTURE_TEST_SUITE(mail_service_lists, MailServiceFixture)

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

BOOST_AUTO_TEST_CASE(a_list_asked_for_again_is_what_another_one_is) {
  const TempDir dir;
  server::Options options = Roomy();
  options.store = "sqlite:" + (dir / "mail.db").string();
  const TestServer filed{options};
  Client carla{filed, "carla"};
  v1::SendRequest request;
  request.add_to("carla");
  (*request.mutable_labels())["host"] = "db1";
  request.add_attachments()->set_name("a.txt");
  request.mutable_attachments(0)->set_data("aa");
  int others = 200;
  const auto check = [&] {
    // To the second one no earlier answer belongs.
    const auto again = carla.List(Inbox());
    const auto other = carla.List(Inbox(++others));
    BOOST_TEST(again.response.SerializeAsString() ==
               other.response.SerializeAsString());
    return again->messages_size();
  };
  for (int i = 0; i < 3; ++i) {
    request.set_in_reply_to(i);
    BOOST_TEST_REQUIRE(carla.Send(request).ok());
    BOOST_TEST(check() == i + 1);
  }
  carla.Mark({1, 3}, true);
  BOOST_TEST(check() == 3);
  carla.Mark({1}, false);
  carla.Delete({2});
  BOOST_TEST(check() == 2);
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service

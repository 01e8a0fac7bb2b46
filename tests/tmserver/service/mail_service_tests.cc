// turbomessage.v1 as its clients see it: real stubs, a real server.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/tmserver/service/mail_service_testing.h"

namespace turbo::service {
namespace {

BOOST_FIXTURE_TEST_SUITE(mail_service, MailServiceFixture)

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

// What is too much, through the server: each limit at its end and beyond it.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tests/tmserver/server_testing.h"
#include "turbomessage.grpc.pb.h"

namespace turbo::service {
namespace {

using server::Client;
using server::kPassword;
using server::SendingMany;
using server::TestServer;
namespace v1 = turbomessage::v1;

server::Options Roomy() {
  server::Options options = server::TestOptions();
  options.mail.tray_capacity = 0;
  options.mail.max_message_size = 10'000;
  return options;
}

struct Fixture {
  // Answers why the message is refused that `change` makes; empty: it isn't.
  std::string ReasonFor(const std::function<void(v1::SendRequest&)>& change) {
    v1::SendRequest request;
    request.add_to("ana");
    change(request);
    const auto outcome = ana.Send(request);
    return outcome.ok() ? "" : outcome.reason();
  }
  std::string ReasonForMetadata(size_t bytes) {
    grpc::ClientContext context;
    server::SetUp(context, ana.token);
    context.AddMetadata("x-filler", std::string(bytes, 'x'));
    v1::CountRequest request;
    request.set_box(v1::BOX_INBOX);
    v1::CountResponse response;
    const grpc::Status status = ana.mail().Count(&context, request, &response);
    return status.ok() ? "" : std::to_string(status.error_code());
  }

  TestServer server{Roomy()};
  Client ana{server, "ana"};
};

BOOST_FIXTURE_TEST_SUITE(limits, Fixture)

BOOST_AUTO_TEST_CASE(a_message_is_measured_with_all_its_parts) {
  for (const size_t beyond : {0, 1}) {
    const std::string reason = beyond > 0 ? "MESSAGE_TOO_LARGE" : "";
    BOOST_TEST(ReasonFor([&](v1::SendRequest& r) {
                 r.set_body(std::string(10'000 + beyond, 'x'));
               }) == reason);
    BOOST_TEST(ReasonFor([&](v1::SendRequest& r) {
                 r.set_subject(std::string(10'000 + beyond, 'x'));
               }) == reason);
    BOOST_TEST(ReasonFor([&](v1::SendRequest& r) {
                 (*r.mutable_labels())["key"] =
                     std::string(9'997 + beyond, 'x');
               }) == reason);
    BOOST_TEST(ReasonFor([&](v1::SendRequest& r) {
                 auto& attachment = *r.add_attachments();
                 attachment.set_name("n");
                 attachment.set_media_type("a/b");
                 attachment.set_data(std::string(9'996 + beyond, 'x'));
               }) == reason);
    BOOST_TEST(ReasonFor([&](v1::SendRequest& r) {
                 r.set_subject(std::string(5'000, 'x'));
                 r.set_body(std::string(5'000 + beyond, 'x'));
               }) == reason);
  }
}

BOOST_AUTO_TEST_CASE(a_request_that_is_more_than_a_message_is_not_read) {
  const auto reason = ReasonFor([](v1::SendRequest& r) {
    r.set_body(std::string((size_t{4} << 20) - 100, 'x'));
  });
  BOOST_TEST(reason == "MESSAGE_TOO_LARGE");
  v1::SendRequest request;
  request.add_to("ana");
  request.set_body(std::string(size_t{4} << 20, 'x'));
  BOOST_TEST(ana.Send(request).status.error_code() ==
             grpc::StatusCode::RESOURCE_EXHAUSTED);
  BOOST_TEST(ana.WhoAmI().ok());
}

BOOST_AUTO_TEST_CASE(a_message_has_a_hundred_recipients_labels_and_files) {
  for (int i = 0; i < 101; ++i) {
    Client(server.Connect()).Register("u" + std::to_string(i));
  }
  for (const int count : {100, 101}) {
    const std::string reason = count > 100 ? "INVALID_ARGUMENT" : "";
    BOOST_TEST(ReasonFor([&](v1::SendRequest& r) {
                 r.clear_to();
                 for (int i = 0; i < count; ++i)
                   r.add_to("u" + std::to_string(i));
               }) == reason);
    BOOST_TEST(ReasonFor([&](v1::SendRequest& r) {
                 for (int i = 0; i < count; ++i) {
                   (*r.mutable_labels())[std::to_string(i)] = "";
                 }
               }) == reason);
    BOOST_TEST(ReasonFor([&](v1::SendRequest& r) {
                 for (int i = 0; i < count; ++i) {
                   auto& attachment = *r.add_attachments();
                   attachment.set_name(std::to_string(i));
                   attachment.set_media_type("a/b");
                 }
               }) == reason);
  }
}

BOOST_AUTO_TEST_CASE(names_and_keys_have_an_end) {
  for (const size_t beyond : {0, 1}) {
    const std::string reason = beyond > 0 ? "INVALID_ARGUMENT" : "";
    const auto with_file = [&](size_t name, size_t type) {
      return ReasonFor([&](v1::SendRequest& r) {
        auto& attachment = *r.add_attachments();
        attachment.set_name(std::string(name, 'n'));
        attachment.set_media_type("a/" + std::string(type - 2, 'b'));
      });
    };
    BOOST_TEST(ReasonFor([&](v1::SendRequest& r) {
                 r.set_request_id(std::string(128 + beyond, 'k'));
               }) == reason);
    BOOST_TEST(with_file(255 + beyond, 127) == reason);
    BOOST_TEST(with_file(255, 127 + beyond) == reason);
    BOOST_TEST(Client(server.Connect())
                   .Register(std::string(64 + beyond, 'u'))
                   .reason() == reason);
    BOOST_TEST(ana.CreateToken(std::string(64 + beyond, 't'), v1::SCOPE_SEND)
                   .reason() == reason);
  }
}

BOOST_AUTO_TEST_CASE(a_thousand_ids_are_marked_or_deleted_at_once) {
  const std::vector<int64_t> most(1000, 7);
  const std::vector<int64_t> more(1001, 7);
  BOOST_TEST(ana.Mark(most, true).ok());
  BOOST_TEST(ana.Delete(most).ok());
  BOOST_TEST(ana.Mark(more, true).reason() == "INVALID_ARGUMENT");
  BOOST_TEST(ana.Delete(more).reason() == "INVALID_ARGUMENT");
}

BOOST_AUTO_TEST_CASE(only_what_is_sent_may_be_large) {
  v1::ListRequest list;
  list.set_box(v1::BOX_INBOX);
  list.set_page_token(std::string(65'536, 'x'));
  const auto listed = ana.List(list);
  BOOST_TEST(listed.reason() == "INVALID_ARGUMENT");
  BOOST_TEST(listed.status.error_message().find("65536") != std::string::npos);
}

// Millions of empty attachments in 4 MiB took seconds and 400 MB to read.
BOOST_AUTO_TEST_CASE(a_request_with_very_many_fields_is_not_read) {
  v1::SendRequest request;
  request.add_to("ana");
  for (int i = 0; i < 10'000; ++i) request.add_attachments();
  const auto sent = ana.Send(request);
  BOOST_TEST(sent.reason() == "INVALID_ARGUMENT");
  BOOST_TEST(sent.status.error_message().find("can't be read") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_request_without_a_token_is_small) {
  const std::string small(8'000, 'x');
  const std::string large(8'193, 'x');
  Client stranger(server.Connect());
  BOOST_TEST(stranger.Login("ana", small.c_str()).reason() ==
             "BAD_CREDENTIALS");
  BOOST_TEST(stranger.Login("ana", large.c_str()).reason() ==
             "INVALID_ARGUMENT");
  BOOST_TEST(stranger.Register("beto", large.c_str()).reason() ==
             "INVALID_ARGUMENT");
  const auto seed =
      turbomessage::ServidorTurboMessage::NewStub(server.Connect());
  grpc::ClientContext context;
  server::SetUp(context, "");
  turbomessage::LoginRequest request;
  request.set_usuario("ana");
  request.set_passwd(large);
  turbomessage::Status status;
  BOOST_TEST(seed->login(&context, request, &status).ok());
  BOOST_TEST(!status.success());
  BOOST_TEST(status.detalles().find("8192") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(metadata_has_at_most_8_kib) {
  BOOST_TEST(ReasonForMetadata(7'000) == "");
  BOOST_TEST(ReasonForMetadata(9'000) ==
             std::to_string(grpc::StatusCode::RESOURCE_EXHAUSTED));
  // gRPC may have closed the connection that brought it.
  BOOST_TEST(Client(server.Connect()).Login("ana").ok());
}

BOOST_AUTO_TEST_CASE(too_many_calls_are_told_when_to_come_back) {
  server::Options options = Roomy();
  options.sessions.account_rate = {std::chrono::hours(1), 2};
  TestServer strict(options);
  Client beto(strict, "beto");
  BOOST_TEST(beto.WhoAmI().ok());
  BOOST_TEST(beto.WhoAmI().ok());
  const auto refused = beto.WhoAmI();
  BOOST_TEST(refused.status.error_code() ==
             grpc::StatusCode::RESOURCE_EXHAUSTED);
  BOOST_TEST(refused.reason() == "RATE_LIMITED");
  const auto retry = refused.detail<google::rpc::RetryInfo>();
  BOOST_TEST(retry.retry_delay().seconds() > 3500);
  v1::WatchRequest watch;
  BOOST_TEST(server::Watching(beto, watch).FirstReason() == "RATE_LIMITED");
}

BOOST_AUTO_TEST_CASE(the_seed_s_calls_count_as_well) {
  server::Options options = Roomy();
  options.sessions.account_rate = {std::chrono::hours(1), 1};
  options.sessions.stranger_rate = {std::chrono::hours(1), 2};
  TestServer strict(options);
  const auto seed =
      turbomessage::ServidorTurboMessage::NewStub(strict.Connect());
  const auto log_in = [&](bool anew) {
    grpc::ClientContext context;
    server::SetUp(context, "");
    turbomessage::LoginRequest request;
    request.set_usuario("ana");
    request.set_passwd(kPassword);
    turbomessage::Status status;
    if (anew) {
      seed->registrar_usuario(&context, request, &status);
    } else {
      seed->login(&context, request, &status);
    }
    return status;
  };
  const std::string token = log_in(true).detalles();
  const auto mark = [&](const std::string& with) {
    grpc::ClientContext context;
    server::SetUp(context, "");
    turbomessage::MensajeActionRequest request;
    request.set_usuario("ana");
    request.set_token(with);
    turbomessage::Status status;
    seed->marcar_leido(&context, request, &status);
    return status.detalles();
  };
  const std::string refusal = "Hay demasiadas peticiones";
  BOOST_TEST(mark(token).find(refusal) == std::string::npos);
  BOOST_TEST(mark(token).find(refusal) == 0u);
  BOOST_TEST(mark("unknown").find(refusal) == std::string::npos);
  BOOST_TEST(mark("unknown").find(refusal) == 0u);
  BOOST_TEST(log_in(false).detalles().find(refusal) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service

#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/temp_dir.h"
#include "tests/tmserver/server_testing.h"
#include "tmserver/server.h"
#include "turbomessage.pb.h"

namespace turbo::server {
namespace {

// A call without generated code: one message there, one message back. It ends
// by itself where the server would wait for more.
struct RawOutcome {
  grpc::Status status;
  std::string bytes;
};

std::string Flatten(grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok()) return "";
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

RawOutcome CallRaw(const TestServer& server, const std::string& method,
                   const std::string& bytes, const std::string& token = "") {
  grpc::GenericStub stub(server.Connect());
  grpc::ClientContext context;
  SetUp(context, token);
  grpc::CompletionQueue queue;
  grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  RawOutcome outcome;
  const auto step = [&] {
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
  };
  const auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  step();
  call->Write(request, nullptr);
  step();
  call->Read(&response, nullptr);
  step();
  call->WritesDone(nullptr);
  step();
  call->Finish(&outcome.status, nullptr);
  step();
  outcome.bytes = Flatten(response);
  return outcome;
}

// grpc.health.v1.HealthCheckResponse.status of a service.
int HealthOf(const TestServer& server, const std::string& service) {
  std::string request;
  if (!service.empty()) {
    request = std::string("\x0a") + static_cast<char>(service.size()) + service;
  }
  const RawOutcome outcome =
      CallRaw(server, "/grpc.health.v1.Health/Check", request);
  if (!outcome.status.ok() || outcome.bytes.size() != 2) return -1;
  return outcome.bytes[1];
}

constexpr int kServing = 1;
constexpr int kNotServing = 2;

Options ListeningOn(const std::vector<std::string>& addresses) {
  std::vector<std::string> args = {"--store", "memory:"};
  for (const std::string& address : addresses) {
    args.insert(args.end(), {"--listen", address});
  }
  return ParseOptions(args, {{"HOME", "/nonexistent"}}, "/nonexistent").options;
}

// The exit code with which the addresses are refused, and why.
struct Refusal {
  int exit_code = 0;
  std::string message;
};

Refusal Refused(const Options& options) {
  try {
    const Claim claim(options);
  } catch (const ListenError& e) {
    return {e.exit_code(), e.what()};
  }
  return {};
}

BOOST_AUTO_TEST_SUITE(server)

BOOST_AUTO_TEST_CASE(both_loopback_addresses_share_a_port) {
  const TestServer server;
  const auto& endpoints = server.addresses.endpoints();
  BOOST_TEST_REQUIRE(!endpoints.empty());
  const std::string prefix = "127.0.0.1:";
  BOOST_TEST(endpoints[0].name.starts_with(prefix));
  if (endpoints.size() == 1) return;  // this machine has no IPv6
  BOOST_TEST(endpoints[1].name ==
             "[::1]:" + endpoints[0].name.substr(prefix.size()));
  Client ana(server.Connect(1));
  BOOST_TEST(ana.Register("ana").ok());
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_refused_by_name) {
  const TestServer server;
  const std::string name = server.addresses.endpoints()[0].name;
  const Refusal refusal = Refused(ListeningOn({name}));
  BOOST_TEST(refusal.exit_code == EX_UNAVAILABLE);
  BOOST_TEST(refusal.message.find(name + " is in use") == 0u);
}

BOOST_AUTO_TEST_CASE(a_port_is_free_again_afterwards) {
  std::string name;
  {
    const TestServer server;
    name = server.addresses.endpoints()[0].name;
    BOOST_TEST(Client(server.Connect()).Register("ana").ok());
  }
  const TestServer next(ListeningOn({name}));
  BOOST_TEST(Client(next.Connect()).Register("ana").ok());
}

BOOST_AUTO_TEST_CASE(plaintext_beyond_loopback_must_be_wanted) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"}) {
    BOOST_TEST(Refused(ListeningOn({address})).exit_code == EX_CONFIG);
  }
  Options options = ListeningOn({"0.0.0.0:0"});
  options.insecure = true;
  const TestServer server(options);
  BOOST_TEST(Client(server.Connect()).Register("ana").ok());
  BOOST_TEST(Refused(ListeningOn({"localhost:0"})).exit_code == 0);
  BOOST_TEST(Refused(ListeningOn({"127.9.9.9:0"})).exit_code == 0);
}

BOOST_AUTO_TEST_CASE(a_host_that_is_none_is_refused) {
  const Refusal refusal = Refused(ListeningOn({"host.invalid:1"}));
  BOOST_TEST(refusal.exit_code == EX_UNAVAILABLE);
  BOOST_TEST(refusal.message.find("host.invalid") != refusal.message.npos);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_its_owners_and_goes_away) {
  const TempDir directory;
  const std::string path = directory / "a%41 b.sock";
  {
    const TestServer server(ListeningOn({"unix:" + path}));
    BOOST_TEST(server.addresses.endpoints()[0].name == "unix:" + path);
    struct stat info = {};
    BOOST_TEST_REQUIRE(stat(path.c_str(), &info) == 0);
    BOOST_TEST((info.st_mode & 0777) == 0600u);
    BOOST_TEST(Client(server.Connect()).Register("ana").ok());
    BOOST_TEST(Refused(ListeningOn({"unix:" + path})).exit_code ==
               EX_UNAVAILABLE);
    BOOST_TEST(Client(server.Connect()).Register("beto").ok());
  }
  BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(a_socket_left_behind_is_replaced) {
  const TempDir directory;
  const std::string path = directory / "s";
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  std::optional<Descriptor> listener(socket(AF_UNIX, SOCK_STREAM, 0));
  BOOST_TEST_REQUIRE(bind(listener->get(),
                          reinterpret_cast<const sockaddr*>(&address),
                          sizeof(address)) == 0);
  BOOST_TEST_REQUIRE(listen(listener->get(), 1) == 0);
  const Options options = ListeningOn({"unix:" + path});
  BOOST_TEST(Refused(options).exit_code == EX_UNAVAILABLE);
  BOOST_TEST(std::filesystem::exists(path));
  listener.reset();
  const TestServer server(options);
  BOOST_TEST(Client(server.Connect()).Register("ana").ok());
}

// In a folder that others can write to.
BOOST_AUTO_TEST_CASE(a_link_in_the_sockets_place_is_not_followed) {
  const TempDir directory;
  const std::string secret = directory / "secret";
  std::ofstream(secret) << "mine";
  BOOST_TEST_REQUIRE(chmod(secret.c_str(), 0600) == 0);
  const std::string path = directory / "s";
  Options options = ListeningOn({"unix:" + path});
  options.socket_mode = 0666;
  Claim claim(options);
  std::filesystem::create_symlink(secret, path);
  BOOST_CHECK_THROW(claim.Open(), ListenError);
  struct stat info = {};
  BOOST_TEST_REQUIRE(stat(secret.c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 0777) == 0600u);
}

BOOST_AUTO_TEST_CASE(what_is_no_socket_is_left_alone) {
  const TempDir directory;
  const std::string path = directory / "notes";
  std::ofstream(path) << "mine";
  BOOST_TEST(Refused(ListeningOn({"unix:" + path})).exit_code ==
             EX_UNAVAILABLE);
  BOOST_TEST(std::filesystem::file_size(path) == 4u);
}

BOOST_AUTO_TEST_CASE(every_method_of_the_api_is_served) {
  const TestServer server;
  for (const google::protobuf::FileDescriptor* file :
       {v1::WhoAmIRequest::descriptor()->file(),
        v1::SendRequest::descriptor()->file(),
        turbomessage::Correo::descriptor()->file()}) {
    for (int i = 0; i < file->service(0)->method_count(); ++i) {
      const auto* method = file->service(0)->method(i);
      const RawOutcome outcome = CallRaw(
          server, "/" + method->service()->full_name() + "/" + method->name(),
          "");
      BOOST_TEST(outcome.status.error_code() != grpc::StatusCode::UNIMPLEMENTED,
                 method->full_name());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_call_needs_a_good_token) {
  const TestServer server;
  Client ana(server, "ana");
  for (const std::string& token :
       {std::string(), std::string("x"), std::string(43, 'A'),
        std::string(5000, 'A'), ana.token + "A", ana.token.substr(1)}) {
    Client stranger(server.Connect());
    stranger.token = token;
    const auto outcome = stranger.WhoAmI();
    BOOST_TEST(outcome.status.error_code() ==
               grpc::StatusCode::UNAUTHENTICATED);
    BOOST_TEST(outcome.reason() == "NOT_LOGGED_IN");
  }
  BOOST_TEST(ana.WhoAmI().ok());
}

BOOST_AUTO_TEST_CASE(who_is_asked_before_what) {
  const TestServer server;
  const std::string garbage(7, '\xff');
  const std::string method = "/turbomessage.v1.Mail/Send";
  BOOST_TEST(CallRaw(server, method, garbage).status.error_code() ==
             grpc::StatusCode::UNAUTHENTICATED);
  const Client ana(server, "ana");
  BOOST_TEST(CallRaw(server, method, garbage, ana.token).status.error_code() ==
             grpc::StatusCode::INVALID_ARGUMENT);
}

BOOST_AUTO_TEST_CASE(health_checks_follow_the_server) {
  TestServer server;
  for (const char* name :
       {"", "turbomessage.v1.Accounts", "turbomessage.v1.Mail",
        "turbomessage.ServidorTurboMessage"}) {
    BOOST_TEST(HealthOf(server, name) == kServing);
  }
  BOOST_TEST(HealthOf(server, "nobody.knows") == -1);
  server.server.SetServing(false);
  BOOST_TEST(HealthOf(server, "") == kNotServing);
  BOOST_TEST(HealthOf(server, "turbomessage.v1.Mail") == kNotServing);
}

BOOST_AUTO_TEST_CASE(reflection_lists_the_services) {
  const TestServer server;
  const std::string list_services = std::string("\x3a\x00", 2);
  const RawOutcome outcome = CallRaw(
      server, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      list_services);
  BOOST_TEST(outcome.status.ok());
  for (const char* name :
       {"turbomessage.v1.Accounts", "turbomessage.v1.Mail",
        "turbomessage.ServidorTurboMessage", "grpc.health.v1.Health"}) {
    BOOST_TEST(outcome.bytes.find(name) != outcome.bytes.npos, name);
  }
}

// gRPC cancels calls that arrive just when it shuts down, before we see them.
BOOST_AUTO_TEST_CASE(a_drained_server_has_answered_and_takes_no_more) {
  TestServer server;
  const auto channel = server.Connect();
  std::vector<std::future<grpc::Status>> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(std::async(std::launch::async, [&, i] {
      Client client(channel);
      return client.Register("u" + std::to_string(i)).status;
    }));
  }
  server.server.Drain(std::chrono::seconds(10));
  for (std::future<grpc::Status>& call : calls) {
    const grpc::Status status = call.get();
    BOOST_TEST(
        (status.ok() || status.error_code() == grpc::StatusCode::UNAVAILABLE ||
         status.error_code() == grpc::StatusCode::CANCELLED),
        status.error_code() << " " << status.error_message());
  }
  BOOST_TEST(Client(channel).Register("later").status.error_code() ==
             grpc::StatusCode::UNAVAILABLE);
}

BOOST_AUTO_TEST_CASE(calls_from_many_threads_are_answered) {
  TestServer server;
  Client ana(server, "ana");
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      Client same(server.Connect());
      same.token = ana.token;
      for (int n = 0; n < 50; ++n) good += same.WhoAmI().ok();
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(good == 400);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::server

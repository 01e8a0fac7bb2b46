#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/tmserver/server_testing.h"

namespace turbo::server {
namespace {

namespace health = grpc::health::v1;
using health::HealthCheckResponse;

// A call of Watch, broken off in the end.
class HealthWatch {
 public:
  HealthWatch(const std::shared_ptr<grpc::Channel>& channel,
              const std::string& service)
      : stub_(health::Health::NewStub(channel)) {
    SetUp(context_, "");
    health::HealthCheckRequest request;
    request.set_service(service);
    reader_ = stub_->Watch(&context_, request);
  }
  ~HealthWatch() { context_.TryCancel(); }
  HealthWatch(const HealthWatch&) = delete;
  HealthWatch& operator=(const HealthWatch&) = delete;

  // -1 once the call is over.
  int Next() {
    HealthCheckResponse response;
    return reader_->Read(&response) ? response.status() : -1;
  }
  grpc::StatusCode End() {
    while (Next() != -1) {
    }
    return reader_->Finish().error_code();
  }

 private:
  const std::unique_ptr<health::Health::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader_;
};

BOOST_AUTO_TEST_SUITE(health_service)

BOOST_AUTO_TEST_CASE(a_watcher_hears_each_change_once) {
  TestServer server;
  HealthWatch watch(server.Connect(), "turbomessage.v1.Mail");
  BOOST_TEST(watch.Next() == HealthCheckResponse::SERVING);
  server.server.SetServing(true);
  server.server.SetServing(false);
  BOOST_TEST(watch.Next() == HealthCheckResponse::NOT_SERVING);
  server.server.SetServing(true);
  BOOST_TEST(watch.Next() == HealthCheckResponse::SERVING);
}

BOOST_AUTO_TEST_CASE(a_watcher_of_an_unknown_service_hears_so) {
  const TestServer server;
  HealthWatch watch(server.Connect(), "nobody.knows");
  BOOST_TEST(watch.Next() == HealthCheckResponse::SERVICE_UNKNOWN);
}

BOOST_AUTO_TEST_CASE(a_check_of_an_unknown_service_is_not_found) {
  const TestServer server;
  const auto stub = health::Health::NewStub(server.Connect());
  grpc::ClientContext context;
  SetUp(context, "");
  health::HealthCheckRequest request;
  request.set_service("nobody.knows");
  HealthCheckResponse response;
  BOOST_TEST(stub->Check(&context, request, &response).error_code() ==
             grpc::StatusCode::NOT_FOUND);
}

// A stop would have to wait for it otherwise.
BOOST_AUTO_TEST_CASE(a_drain_ends_the_watchers) {
  TestServer server;
  HealthWatch watch(server.Connect(), "");
  BOOST_TEST(watch.Next() == HealthCheckResponse::SERVING);
  server.server.Drain(std::chrono::hours(1));
  BOOST_TEST(watch.End() == grpc::StatusCode::UNAVAILABLE);
}

BOOST_AUTO_TEST_CASE(watchers_are_bounded) {
  const TestServer server;
  std::vector<std::unique_ptr<HealthWatch>> watches;
  const auto channel = server.Connect();
  const auto other = server.Connect();
  for (int i = 0; i < 1000; ++i) {
    watches.push_back(std::make_unique<HealthWatch>(channel, ""));
  }
  for (const auto& watch : watches) {
    BOOST_REQUIRE(watch->Next() == HealthCheckResponse::SERVING);
  }
  BOOST_TEST(HealthWatch(other, "").End() ==
             grpc::StatusCode::RESOURCE_EXHAUSTED);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::server

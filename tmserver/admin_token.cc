#include "tmserver/admin_token.h"

#include <grpcpp/grpcpp.h>
#include <sysexits.h>

#include <chrono>
#include <iostream>
#include <string>

#include "tmserver/listen.h"
#include "tmserver/server.h"
#include "turbomessage/v1/admin.grpc.pb.h"

namespace turbo::server {
namespace {

namespace v1 = turbomessage::v1;

constexpr std::chrono::seconds kPatience{10};

int Complain(int exit_code, const std::string& message) {
  std::cerr << "tmserver: " << message << std::endl;
  return exit_code;
}

v1::IssueTokenRequest RequestOf(const AdminTokenOrder& order) {
  v1::IssueTokenRequest request;
  request.set_user(order.user);
  if (order.life) {
    const auto ms = order.life->count();
    request.mutable_lifetime()->set_seconds(ms / 1000);
    request.mutable_lifetime()->set_nanos(static_cast<int>(ms % 1000) *
                                          1'000'000);
  }
  return request;
}

int ComplainOf(const grpc::Status& status, const std::string& path) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Complain(EX_TEMPFAIL,
                      "no server answers at unix:" + path +
                          ": is it running, by this user or root, and with "
                          "these options?");
    case grpc::StatusCode::PERMISSION_DENIED:
      return Complain(EX_NOPERM, status.error_message());
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::ALREADY_EXISTS:
      return Complain(EX_DATAERR, status.error_message());
    default:
      return Complain(EX_SOFTWARE, status.error_message());
  }
}

}  // namespace

int PrintAdminToken(const CommandLine& line) {
  const std::string& path = line.options.admin_socket;
  if (path.empty()) {
    return Complain(EX_CONFIG,
                    "there is no administration socket: give --store or "
                    "--admin-socket as the server has it");
  }
  PrepareLibraries();
  const auto stub = v1::Admin::NewStub(grpc::CreateChannel(
      UnixTarget(path), grpc::experimental::LocalCredentials(UDS)));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::IssueTokenResponse response;
  const grpc::Status status =
      stub->IssueToken(&context, RequestOf(line.admin_token), &response);
  if (!status.ok()) return ComplainOf(status, path);
  std::cout << response.secret() << std::endl;
  if (std::cout) return EX_OK;
  return Complain(EX_IOERR, "can't write to stdout: the token " +
                                response.name() +
                                " was made; revoke it and try again");
}

}  // namespace turbo::server

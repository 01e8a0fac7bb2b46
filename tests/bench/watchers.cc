// watchers ADDRESS WATCHERS MESSAGES: how soon a watcher hears of a message
// while thousands of others are idle. Prints one JSON object: the latencies
// from the send's call to the watcher's message, in milliseconds.
//
// The server must be new: it gets the users "idle", whom all but one watch, and
// "awake".
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "turbomessage/v1/accounts.grpc.pb.h"
#include "turbomessage/v1/mail.grpc.pb.h"

namespace {

namespace v1 = turbomessage::v1;
using Clock = std::chrono::steady_clock;

constexpr int kStreamsPerConnection = 900;  // the server allows 1000

void Check(const grpc::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.error_message());
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

std::string Register(const std::shared_ptr<grpc::Channel>& channel,
                     const std::string& user) {
  grpc::ClientContext context;
  v1::RegisterRequest request;
  request.set_user(user);
  request.set_password("correct horse");
  v1::RegisterResponse response;
  Check(v1::Accounts::Stub(channel).Register(&context, request, &response));
  return response.token();
}

void Authorize(grpc::ClientContext& context, const std::string& token) {
  context.AddMetadata("authorization", "Bearer " + token);
}

// Counts what all watchers have read.
class Tally {
 public:
  void Add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  void Await(int count) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(120),
                           [&] { return count_ >= count; })) {
      throw std::runtime_error("only " + std::to_string(count_) + " of " +
                               std::to_string(count) + " answers came");
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

class Watcher final : public grpc::ClientReadReactor<v1::WatchResponse> {
 public:
  Watcher(v1::Mail::Stub& mail, const std::string& token, Tally& tally)
      : tally_(tally) {
    Authorize(context_, token);
    request_.set_box(v1::BOX_INBOX);
    mail.async()->Watch(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    tally_.Add();
    StartRead(&response_);
  }
  void OnDone(const grpc::Status&) override { done_.Add(); }
  void Stop() {
    context_.TryCancel();
    done_.Await(1);
  }

 private:
  Tally& tally_;
  Tally done_;
  grpc::ClientContext context_;
  v1::WatchRequest request_;
  v1::WatchResponse response_;
};

void Send(v1::Mail::Stub& mail, const std::string& token) {
  grpc::ClientContext context;
  Authorize(context, token);
  v1::SendRequest request;
  request.add_to("awake");
  request.set_body(std::string(200, 'x'));
  request.set_no_copy(true);
  v1::SendResponse response;
  Check(mail.Send(&context, request, &response));
}

double Percentile(const std::vector<double>& sorted, double part) {
  return sorted.at(
      static_cast<size_t>(part * static_cast<double>(sorted.size() - 1)));
}

void Run(const std::string& address, int watchers, int messages) {
  const auto first = Connect(address);
  const std::string idle_token = Register(first, "idle");
  const std::string awake_token = Register(first, "awake");
  v1::Mail::Stub mail(first);
  std::vector<std::unique_ptr<v1::Mail::Stub>> stubs;
  std::vector<std::unique_ptr<Watcher>> all;
  Tally idle;
  for (int i = 0; i < watchers; ++i) {
    if (i % kStreamsPerConnection == 0) {
      stubs.push_back(std::make_unique<v1::Mail::Stub>(Connect(address)));
    }
    all.push_back(std::make_unique<Watcher>(*stubs.back(), idle_token, idle));
  }
  idle.Await(watchers);
  Tally heard;
  all.push_back(std::make_unique<Watcher>(mail, awake_token, heard));
  heard.Await(1);

  std::vector<double> times;
  for (int i = 0; i < messages; ++i) {
    const auto begun = Clock::now();
    Send(mail, idle_token);
    heard.Await(i + 2);
    times.push_back(
        std::chrono::duration<double, std::milli>(Clock::now() - begun)
            .count());
  }
  std::sort(times.begin(), times.end());
  std::cout << nlohmann::ordered_json{{"watchers", watchers},
                                      {"messages", messages},
                                      {"p50_ms", Percentile(times, 0.5)},
                                      {"p99_ms", Percentile(times, 0.99)},
                                      {"max_ms", times.back()}}
            << '\n';
  for (const auto& watcher : all) watcher->Stop();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: watchers ADDRESS WATCHERS MESSAGES\n";
    return 64;
  }
  try {
    Run(argv[1], std::atoi(argv[2]), std::atoi(argv[3]));
  } catch (const std::exception& e) {
    std::cerr << "watchers: " << e.what() << '\n';
    return 1;
  }
  return 0;
}

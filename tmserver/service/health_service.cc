#include "tmserver/service/health_service.h"

#include <optional>
#include <utility>

#include "grpc/health/v1/health.grpc.pb.h"

namespace turbo::service {

namespace health = grpc::health::v1;
using health::HealthCheckResponse;

namespace {

constexpr size_t kMostWatching = 1000;  // anybody may

}  // namespace

// One call: it names a service and hears its status, once or whenever that is
// another.
class HealthService::Asked final : public StreamHandler {
 public:
  Asked(HealthService& owner, Stream& stream, bool watches)
      : owner_(owner), stream_(&stream), watches_(watches) {}
  ~Asked() override {
    const std::lock_guard lock(owner_.mutex_);
    owner_.watched_.erase(this);
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  void OnStart() override { stream_->Read(); }

  void OnRead(grpc::ByteBuffer* bytes) override {
    health::HealthCheckRequest request;
    const bool readable = bytes != nullptr && Parse(*bytes, request);
    const std::lock_guard lock(owner_.mutex_);
    if (stream_ == nullptr) return;
    if (!readable) return End({grpc::INVALID_ARGUMENT, "no such request"});
    is_known_ = request.service().empty() ||
                owner_.services_.contains(request.service());
    if (!is_known_ && !watches_) {
      return End({grpc::NOT_FOUND, "there is no such service"});
    }
    if (watches_ && !MayWatch()) {
      return End({grpc::RESOURCE_EXHAUSTED, "too many watch the health"});
    }
    Tell();
  }

  void OnWritten() override {
    const std::lock_guard lock(owner_.mutex_);
    writing_ = false;
    if (watches_) return Tell();
    End(grpc::Status::OK);
  }

  void OnCancelled() override {
    const std::lock_guard lock(owner_.mutex_);
    End(grpc::Status::CANCELLED);
  }

  // The rest with the lock.

  // The status, where that is news.
  void Tell() {
    if (stream_ == nullptr || writing_) return;
    if (owner_.ended_)
      return End({grpc::UNAVAILABLE, "the server is stopping"});
    if (told_ == Status()) return;
    told_ = Status();
    HealthCheckResponse response;
    response.set_status(*told_);
    writing_ = true;
    stream_->Write(response, Stream::Next::kUnknown);
  }

 private:
  bool MayWatch() {
    if (owner_.watched_.size() >= kMostWatching) return false;
    owner_.watched_.insert(this);
    return true;
  }

  HealthCheckResponse::ServingStatus Status() const {
    if (!is_known_) return HealthCheckResponse::SERVICE_UNKNOWN;
    return owner_.serving_ ? HealthCheckResponse::SERVING
                           : HealthCheckResponse::NOT_SERVING;
  }

  void End(const grpc::Status& status) {
    if (Stream* stream = std::exchange(stream_, nullptr))
      stream->Finish(status);
  }

  HealthService& owner_;
  Stream* stream_;  // null once it is over
  const bool watches_;
  bool is_known_ = false;
  bool writing_ = false;
  std::optional<HealthCheckResponse::ServingStatus> told_;
};

HealthService::HealthService(mail::Sessions& sessions,
                             std::set<std::string> services)
    : Service(health::Health::service_full_name(), sessions, Socket::kServed),
      services_(std::move(services)) {
  AddOpenStream("Check", &HealthService::Check);
  AddOpenStream("Watch", &HealthService::Watch);
}

void HealthService::SetServing(bool serving) {
  const std::lock_guard lock(mutex_);
  serving_ = serving;
  for (Asked* call : watched_) call->Tell();
}

void HealthService::EndStreams() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  for (Asked* call : watched_) call->Tell();
}

std::unique_ptr<StreamHandler> HealthService::Check(Stream& stream) {
  return std::make_unique<Asked>(*this, stream, false);
}

std::unique_ptr<StreamHandler> HealthService::Watch(Stream& stream) {
  return std::make_unique<Asked>(*this, stream, true);
}

}  // namespace turbo::service

#include "tmserver/service/watches.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <optional>
#include <utility>

#include "tmserver/service/bytes.h"
#include "tmserver/service/position.h"
#include "tmserver/service/translate.h"
#include "turbomessage/v1/mail.pb.h"

namespace turbo::service {
namespace {

constexpr size_t kPage = 16;  // messages

// For the write under way when the server stops.
constexpr std::chrono::milliseconds kFarewell{1'000};

size_t BytesOf(const mail::Page& page) {
  size_t bytes = 0;
  for (const mail::Message& message : page.messages) {
    bytes += mail::MemoryOf(message);
  }
  return bytes;
}

mail::Error NoRequest() {
  return {mail::ErrorCode::kInvalidArgument,
          "the watch has ended: its request never came",
          {},
          {}};
}

}  // namespace

// One call. All of it runs on the thread of Watches.
class Watches::Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(Watches& owner, Stream& stream, mail::Caller caller)
      : owner_(owner), stream_(&stream), caller_(std::move(caller)) {}

  bool IsOver() const { return stream_ == nullptr; }

  void Begin(const mail::Result<v1::WatchRequest>& request) {
    if (IsOver()) return;
    begun_ = true;
    if (owner_.stopped_) return Stop();
    if (!request) return End(request.error());
    if (const auto planned = Plan(*request); !planned) {
      return End(planned.error());
    }
    behind_ = true;
    Pump();
  }

  void Woken() {
    behind_ = true;
    Pump();
  }

  void Written() {
    writing_ = false;
    since_ = Clock::now();
    if (stopping_) return Stop();
    Pump();
  }

  // gRPC wants every call finished, also those that broke off.
  void Gone() {
    if (Stream* stream = Release()) stream->Finish(grpc::Status::OK);
  }

  void Tick(Clock::time_point now) {
    if (IsOver()) return;
    if (writing_) {
      const auto patience = stopping_ ? kFarewell : owner_.times_.stall;
      if (now - since_ >= patience) stream_->Cancel();
    } else if (!begun_) {
      if (now - since_ >= owner_.times_.stall) End(NoRequest());
    } else if (behind_) {
      Pump();
    } else if (now - since_ >= owner_.times_.pulse && IsStillAllowed()) {
      WriteCursor();
    }
  }

  void Stop() {
    if (IsOver()) return;
    stopping_ = true;
    if (writing_) return;  // its end can only be told after that
    End({mail::ErrorCode::kUnavailable, "the server is stopping", {}, {}});
  }

 private:
  // Takes the stream away, so that nobody touches it again.
  Stream* Release() {
    arrivals_.reset();
    page_.clear();
    held_.reset();
    return std::exchange(stream_, nullptr);
  }

  void End(const mail::Error& error) {
    if (Stream* stream = Release()) stream->Fail(error);
  }

  // Listens first and looks where "now" is afterwards, so that nothing falls
  // between the two.
  mail::Result<mail::Nothing> Plan(const v1::WatchRequest& request) {
    const auto box = FromProto(request.box());
    if (!box) return tl::unexpected(box.error());
    auto filter = FromProto(request.filter());
    if (!filter) return tl::unexpected(filter.error());
    query_.box = *box;
    query_.filter = *std::move(filter);
    query_.with_body = true;
    query_.limit = kPage;
    arrivals_ = owner_.mailbox_.arrivals().Subscribe(
        caller_.user, [&owner = owner_, watch = weak_from_this()] {
          if (const auto self = watch.lock()) Wake(owner, self);
        });
    return SetStart(request);
  }

  mail::Result<mail::Nothing> SetStart(const v1::WatchRequest& request) {
    if (request.start_case() == v1::WatchRequest::kAfterId) {
      place_ =
          owner_.mailbox_.CursorAt(caller_, query_.box, request.after_id());
    } else if (request.start_case() == v1::WatchRequest::START_NOT_SET) {
      const auto newest = owner_.mailbox_.Newest(caller_);
      if (!newest) return tl::unexpected(newest.error());
      place_ = owner_.mailbox_.CursorAt(caller_, query_.box, *newest);
    } else if (request.cursor().empty()) {
      place_ = owner_.mailbox_.CursorAt(caller_, query_.box, 0);
    } else {
      auto cursor = DecodeCursor(request.cursor());
      if (!cursor) return tl::unexpected(cursor.error());
      place_ = *std::move(cursor);
    }
    return mail::Nothing{};
  }

  // From any thread. Many arrivals make one task.
  static void Wake(Watches& owner, const std::shared_ptr<Watch>& watch) {
    if (watch->waking_.exchange(true)) return;
    owner.Post([watch] {
      watch->waking_ = false;
      watch->Woken();
    });
  }

  // Writes the next thing there is, if there is any.
  void Pump() {
    if (IsOver() || writing_) return;
    if (page_.empty()) held_.reset();
    if (page_.empty() && behind_ && (!HasRoom() || !ReadPage())) return;
    if (!page_.empty()) return WriteMessage();
    if (behind_) return Wake(owner_, shared_from_this());  // others' turn first
    if (!std::exchange(has_caught_up_, true)) WriteCursor();
  }

  // One that has to wait for the caller's others is tried again with each tick.
  bool HasRoom() const {
    return owner_.sessions_.untaken().Admit(caller_.user).has_value();
  }

  // False where the call ended over it.
  bool ReadPage() {
    const bool is_time = Clock::now() - checked_ >= owner_.times_.pulse ||
                         endings_ != owner_.sessions_.endings();
    if (is_time && !IsStillAllowed()) return false;
    auto page = owner_.mailbox_.ListAfter(caller_, place_, query_);
    if (!page) {
      End(page.error());
      return false;
    }
    held_ = owner_.sessions_.untaken().Hold(caller_.user, BytesOf(*page));
    behind_ = page->next.has_value();
    place_.id = page->next.value_or(page->newest);
    std::move(page->messages.begin(), page->messages.end(),
              std::back_inserter(page_));
    return true;
  }

  bool IsStillAllowed() {
    checked_ = Clock::now();
    endings_ = owner_.sessions_.endings();
    const auto caller = owner_.sessions_.AuthenticateAgain(caller_);
    if (!caller) End(caller.error());
    return caller.has_value();
  }

  void WriteMessage() {
    v1::WatchResponse response;
    const mail::MessageId id = page_.front().id;
    *response.mutable_message() = ToProto(std::move(page_.front()));
    page_.pop_front();
    response.mutable_message()->set_cursor(
        EncodeCursor(owner_.mailbox_.CursorAt(caller_, query_.box, id)));
    Write(response);
  }

  void WriteCursor() {
    v1::WatchResponse response;
    response.set_cursor(EncodeCursor(place_));
    Write(response);
  }

  void Write(const v1::WatchResponse& response) {
    writing_ = true;
    since_ = Clock::now();
    stream_->Write(response, page_.empty() ? Stream::Next::kUnknown
                                           : Stream::Next::kIsComing);
  }

  Watches& owner_;
  Stream* stream_;  // null once it is over
  const mail::Caller caller_;
  std::shared_ptr<void> arrivals_;
  mail::ListQuery query_;
  mail::Cursor place_;              // everything up to it was read
  std::deque<mail::Message> page_;  // read and to be written
  std::shared_ptr<void> held_;      // counts it
  bool begun_ = false;              // the request has come
  bool behind_ = false;             // the store may have more
  bool has_caught_up_ = false;      // and the caller was told so
  bool writing_ = false;
  bool stopping_ = false;
  Clock::time_point since_ = Clock::now();    // of the last write
  Clock::time_point checked_ = Clock::now();  // the token
  uint64_t endings_ = 0;                      // as of then
  std::atomic<bool> waking_ = false;
};

// What gRPC calls; hands everything to the thread.
class Watches::Handler final : public StreamHandler {
 public:
  Handler(Watches& owner, Stream& stream, const mail::Caller& caller)
      : owner_(owner),
        stream_(stream),
        watch_(std::make_shared<Watch>(owner, stream, caller)) {}

  void OnStart() override {
    owner_.Post(
        [&owner = owner_, watch = watch_] { owner.watches_.insert(watch); });
    stream_.Read();
  }

  void OnRead(grpc::ByteBuffer* bytes) override {
    mail::Result<v1::WatchRequest> request = v1::WatchRequest();
    if (bytes != nullptr && bytes->Length() > kMaxPlainRequest) {
      request = TooLarge(kMaxPlainRequest);
    } else if (bytes == nullptr || !Parse(*bytes, *request)) {
      request = Unreadable();
    }
    owner_.Post([watch = watch_, request = std::move(request)] {
      watch->Begin(request);
    });
  }

  void OnWritten() override {
    owner_.Post([watch = watch_] { watch->Written(); });
  }

  void OnCancelled() override {
    owner_.Post([watch = watch_] { watch->Gone(); });
  }

 private:
  Watches& owner_;
  Stream& stream_;
  const std::shared_ptr<Watch> watch_;
};

Watches::Watches(mail::Sessions& sessions, mail::Mailbox& mailbox,
                 WatchTimes times)
    : sessions_(sessions),
      mailbox_(mailbox),
      times_(times),
      thread_([this] { Run(); }) {}

Watches::~Watches() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

std::unique_ptr<StreamHandler> Watches::Open(Stream& stream,
                                             const mail::Caller& caller) {
  return std::make_unique<Handler>(*this, stream, caller);
}

void Watches::Stop() {
  Post([this] {
    stopped_ = true;
    for (const auto& watch : watches_) watch->Stop();
  });
}

void Watches::Post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void Watches::Run() {
  const auto step = std::min(times_.pulse, times_.stall) / 10;
  auto next_tick = Clock::now() + step;
  for (;;) {
    std::vector<Task> tasks;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, next_tick,
                          [this] { return closing_ || !tasks_.empty(); });
      if (closing_ && tasks_.empty()) return;
      tasks.swap(tasks_);
    }
    for (const Task& task : tasks) task();
    if (Clock::now() < next_tick) continue;
    Tick();
    next_tick = Clock::now() + step;
  }
}

void Watches::Tick() {
  std::erase_if(watches_, [](const auto& watch) { return watch->IsOver(); });
  const auto now = Clock::now();
  for (const auto& watch : watches_) watch->Tick(now);
}

}  // namespace turbo::service

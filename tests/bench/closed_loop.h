// The load: a number of calls is always outstanding, and each that is answered
// makes way for the next.
#ifndef TESTS_BENCH_CLOSED_LOOP_H_
#define TESTS_BENCH_CLOSED_LOOP_H_

#include <grpcpp/support/byte_buffer.h>
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/bench/histogram.h"

namespace turbo::bench {

// The bytes of a protobuf message, as they go over the wire.
template <class Message>
grpc::ByteBuffer Pack(const Message& message) {
  const std::string bytes = message.SerializeAsString();
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

template <class Message>
Message Unpack(const grpc::ByteBuffer& bytes) {
  grpc::Slice slice;
  Message message;
  if (!bytes.TrySingleSlice(&slice).ok() &&
      !bytes.DumpToSingleSlice(&slice).ok()) {
    throw std::runtime_error("an answer without bytes");
  }
  if (!message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    throw std::runtime_error("an answer of another type");
  }
  return message;
}

struct Call {
  const char* method;  // a literal: "/package.Service/Method"
  grpc::ByteBuffer request;
  const std::string* token = nullptr;  // outlives the call; none: anonymous
};

// What is called. Used by one thread.
class Workload {
 public:
  virtual ~Workload() = default;

  // The next call of the slot, which is a number below that of the outstanding
  // calls; nothing where the slot is done.
  virtual std::optional<Call> Next(size_t slot) = 0;

  // The answer to the slot's last call. Throws where that is not a good one.
  virtual void Answered(size_t /*slot*/, const grpc::ByteBuffer& /*response*/) {
  }
};

struct Load {
  std::string server;
  size_t outstanding = 1;
  size_t connections = 1;
  std::chrono::duration<double> warm_up{0};
  // Of measuring; unset: until every slot is done.
  std::optional<std::chrono::duration<double>> duration;
  pid_t server_pid = 0;   // 0: the server's processor time is not of interest
  bool announce = false;  // a line on stderr when measuring begins
};

// What was counted between the end of the warm-up and the end of the time.
struct Outcome {
  Histogram latencies;
  double seconds = 0;
  double client_cpu = 0;  // seconds of processor time
  double server_cpu = 0;
};

// Throws std::runtime_error with a sentence at the first call that fails, and
// where no answer comes for a minute.
Outcome Run(const Load& load, Workload& workload);

}  // namespace turbo::bench

#endif  // TESTS_BENCH_CLOSED_LOOP_H_

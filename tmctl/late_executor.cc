// gRPC's executor, which has two threads, made when something needs it.
//
// A run of tmctl with one connection asks for it once: gRPC 1.51
// (tcp_client_posix.cc) has another thread go on with a connection that took a
// while, for the sake of programs that shut gRPC down meanwhile, which tmctl
// never does. The first short piece of work is done by the thread that asks
// now, as that thread does with a connection that is made at once, a Unix
// socket's, and with everything where the executor has no threads. For all that
// comes after it there is gRPC's own.
//
// The functions here take the place of gRPC's (by the linker's --wrap).
#include <absl/status/status.h>

#include <atomic>
#include <mutex>
#include <utility>

// As gRPC's headers, which are not public, have them.
struct grpc_closure;
namespace grpc_core {

struct DebugLocation {
  const char* file;
  int line;
};

class ExecCtx {
 public:
  // When the work that this thread does for gRPC comes to an end.
  static void Run(const DebugLocation& location, grpc_closure* closure,
                  absl::Status error);
};

enum class ExecutorType { kDefault, kResolver };
enum class ExecutorJobType { kShort, kLong };

}  // namespace grpc_core

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

void __real__ZN9grpc_core8Executor7InitAllEv();
void __real__ZN9grpc_core8Executor11ShutdownAllEv();
bool __real__ZN9grpc_core8Executor17IsThreadedDefaultEv();
void __real__ZN9grpc_core8Executor15SetThreadingAllEb(bool on);
void __real__ZN9grpc_core8Executor3RunEP12grpc_closureN4absl7debian36StatusENS_12ExecutorTypeENS_15ExecutorJobTypeE(
    grpc_closure* closure, absl::Status error, grpc_core::ExecutorType type,
    grpc_core::ExecutorJobType job);

}  // extern "C"

namespace {

std::mutex making;
std::atomic<bool> is_made = false;
std::atomic<bool> was_asked = false;

void MakeExecutor() {
  if (is_made) return;
  const std::lock_guard lock(making);
  if (is_made) return;
  __real__ZN9grpc_core8Executor7InitAllEv();
  is_made = true;
}

}  // namespace

extern "C" {

void __wrap__ZN9grpc_core8Executor7InitAllEv() {}

void __wrap__ZN9grpc_core8Executor11ShutdownAllEv() {
  __real__ZN9grpc_core8Executor11ShutdownAllEv();
  is_made = false;
}

bool __wrap__ZN9grpc_core8Executor17IsThreadedDefaultEv() {
  return is_made && __real__ZN9grpc_core8Executor17IsThreadedDefaultEv();
}

// Around a fork.
void __wrap__ZN9grpc_core8Executor15SetThreadingAllEb(bool on) {
  if (is_made) __real__ZN9grpc_core8Executor15SetThreadingAllEb(on);
}

void __wrap__ZN9grpc_core8Executor3RunEP12grpc_closureN4absl7debian36StatusENS_12ExecutorTypeENS_15ExecutorJobTypeE(
    grpc_closure* closure, absl::Status error, grpc_core::ExecutorType type,
    grpc_core::ExecutorJobType job) {
  const bool is_first = !was_asked.exchange(true);
  if (is_first && type == grpc_core::ExecutorType::kDefault &&
      job == grpc_core::ExecutorJobType::kShort) {
    grpc_core::ExecCtx::Run({__FILE__, __LINE__}, closure, std::move(error));
    return;
  }
  MakeExecutor();
  __real__ZN9grpc_core8Executor3RunEP12grpc_closureN4absl7debian36StatusENS_12ExecutorTypeENS_15ExecutorJobTypeE(
      closure, std::move(error), type, job);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

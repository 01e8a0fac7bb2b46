#include "tmserver/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "tmserver/audit.h"
#include "tmserver/events.h"
#include "tmserver/housekeeping.h"
#include "tmserver/log.h"
#include "tmserver/mail/clock.h"
#include "tmserver/server.h"
#include "tmserver/service/call_queue.h"
#include "tmserver/store/open.h"
#include "tmserver/tls.h"

namespace turbo::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How long running calls may take once the server stops, and how long all of
// the stopping may.
constexpr seconds kDrain{10};
constexpr seconds kStop{15};

// Passwords and tokens must not reach core files or other processes, nor the
// mail be readable by others.
void Harden() {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  umask(S_IRWXG | S_IRWXO);
}

// Each connection is a file.
void RaiseFileLimit() {
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

int ExitCodeOf(store::OpenError::Kind kind) {
  switch (kind) {
    case store::OpenError::Kind::kConfig:
      return EX_CONFIG;
    case store::OpenError::Kind::kBusy:
      return EX_TEMPFAIL;
    case store::OpenError::Kind::kFailed:
      return EX_CANTCREAT;
  }
  return EX_SOFTWARE;
}

int Complain(int exit_code, const std::string& message) {
  std::cerr << "tmserver: " << message << std::endl;
  return exit_code;
}

// The URL without what may be secret in it.
std::string SchemeOf(const std::string& url) {
  return url.substr(0, url.find(':'));
}

void LogStart(const CommandLine& line) {
  log::Write(log::Level::kInfo, "start",
             {{"version", TURBOMESSAGE_VERSION},
              {"pid", getpid()},
              {"store", SchemeOf(line.options.store)}});
  for (const std::string& variable : line.unknown_variables) {
    log::Write(log::Level::kWarn, "unknown_variable", {{"name", variable}});
  }
}

// The one beside the store is a convenience: a server that can't have it
// serves as well.
void ClaimAdminSocket(const Options& options, Claim& addresses) {
  if (options.admin_socket.empty()) return;
  try {
    addresses.AddAdmin(options.admin_socket);
    log::Write(log::Level::kInfo, "admin_socket",
               {{"address", addresses.admin()->name}});
  } catch (const ListenError& e) {
    if (options.admin_socket_chosen) throw;
    log::Write(log::Level::kWarn, "admin_socket", {{"error", e.what()}});
  }
}

// A reader that takes the first line only is welcome, so trouble with stdout
// is not ours.
void SayReady(const Claim& addresses) {
  for (const Claim::Endpoint& endpoint : addresses.endpoints()) {
    log::Write(log::Level::kInfo, "listening", {{"address", endpoint.name}});
    std::cout << "tmserver: listening on " << endpoint.name << std::endl;
  }
}

void Reload(const std::function<Options()>& reload, Tls* tls) {
  if (tls) tls->Refresh();
  try {
    const Options options = reload();
    log::SetLevel(options.log_level);
    audit::SetLevel(options.audit_level);
    log::Write(log::Level::kInfo, "reload",
               {{"what", "log_level, audit_level"}});
  } catch (const OptionError& e) {
    log::Write(log::Level::kError, "reload", {{"error", e.what()}});
  }
  try {
    audit::Reopen();
  } catch (const std::system_error& e) {
    log::Write(log::Level::kError, "reload", {{"error", e.what()}});
  }
}

// Answers what ended the waiting: a signal to stop or a fault.
Events::Event WaitForEnd(Events& events, const std::function<Options()>& reload,
                         Tls* tls) {
  while (true) {
    Events::Event event = events.Wait();
    if (event.kind != Events::Kind::kReload) return event;
    Reload(reload, tls);
  }
}

int RunUntilEnd(const CommandLine& line, Events& events,
                const std::function<Options()>& reload, const OpenStore& open) {
  const mail::SystemClock clock;
  std::unique_ptr<Tls> tls;
  if (line.options.tls.wanted()) tls = std::make_unique<Tls>(line.options.tls);
  Claim addresses(line.options);
  std::unique_ptr<Watchdog> watchdog;
  const auto store = open(line.options.store, [&](std::string what) {
    events.Fault(std::move(what));
  });
  ClaimAdminSocket(line.options, addresses);
  Server server(line.options, addresses, *store, {}, tls.get());
  const Housekeeping housekeeping(*store, clock, line.options.register_days);
  SayReady(addresses);

  const Events::Event end = WaitForEnd(events, reload, tls.get());
  const bool fault = end.kind == Events::Kind::kFault;
  const int exit_code = fault ? EX_IOERR : EX_OK;
  watchdog =
      std::make_unique<Watchdog>(events, kStop, fault ? EX_IOERR : EX_SOFTWARE);
  if (fault) {
    log::Write(log::Level::kCritical, "store_fault", {{"error", end.what}});
  } else {
    log::Write(log::Level::kInfo, "stop", {{"signal", end.signal}});
  }
  server.Drain(fault ? milliseconds(seconds(1)) : kDrain);
  return exit_code;
}

}  // namespace

std::unique_ptr<mail::Store> OpenAny(
    const std::string& url, std::function<void(std::string)> on_fault) {
  store::Tuning tuning;
  tuning.may_wait = service::CallQueue::MayWait;
  return store::Open(url, std::move(on_fault), std::move(tuning));
}

int Serve(const CommandLine& line, const std::function<Options()>& reload,
          const OpenStore& open) {
  Harden();
  RaiseFileLimit();
  log::Start(line.options.log_format, line.options.log_level);
  PrepareLibraries();
  try {
    audit::Start(line.options.audit_log, line.options.audit_level);
  } catch (const std::system_error& e) {
    return Complain(EX_CANTCREAT, e.what());
  }
  try {
    Events events;
    LogStart(line);
    const int exit_code = RunUntilEnd(line, events, reload, open);
    log::Write(log::Level::kInfo, "end", {{"exit", exit_code}});
    return exit_code;
  } catch (const ListenError& e) {
    return Complain(e.exit_code(), e.what());
  } catch (const store::OpenError& e) {
    return Complain(ExitCodeOf(e.kind()), e.what());
  } catch (const std::exception& e) {
    return Complain(EX_SOFTWARE, e.what());
  }
}

}  // namespace turbo::server

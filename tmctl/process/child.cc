#include "tmctl/process/child.h"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>
#include <vector>

#include "tmctl/base/failure.h"
#include "tmctl/process/relay.h"

namespace turbo::ctl {
namespace {

using Clock = std::chrono::steady_clock;

// How long processes that the command left behind may still write.
constexpr Milliseconds kGrace{500};
constexpr int kNotFound = 127;
constexpr int kNotExecutable = 126;
constexpr int kSignalled = 128;

Failure OsError(const char* what) {
  return Failure("os_error", WithErrno(what, errno));
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw OsError("can't make a pipe");
    read = File(ends[0]);
    write = File(ends[1]);
  }
  File read;
  File write;
};

// Takes the signals that are passed on, and the news of the child's end, as
// something to read instead of something that interrupts. Gives the process its
// old mask back at the end.
class Signals {
 public:
  Signals() {
    sigset_t taken;
    sigemptyset(&taken);
    sigaddset(&taken, SIGCHLD);
    for (const int signal :
         {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) {
      struct sigaction action {};
      sigaction(signal, nullptr, &action);
      // What we were told to ignore (nohup) the command ignores as well.
      if (action.sa_handler != SIG_IGN) sigaddset(&taken, signal);
    }
    sigprocmask(SIG_BLOCK, &taken, &before_);
    fd_ = File(signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
    if (fd_.fd() < 0) throw OsError("can't watch for signals");
  }
  ~Signals() { Restore(); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  void Restore() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  int fd() const { return fd_.fd(); }

  // The signals that came, without the news of the child's end.
  struct Signal {
    int number;
    bool from_terminal;  // the child has got it itself
  };
  std::vector<Signal> Take() const {
    std::vector<Signal> taken;
    signalfd_siginfo info{};
    while (read(fd_.fd(), &info, sizeof(info)) == sizeof(info)) {
      if (info.ssi_signo == SIGCHLD) continue;
      taken.push_back({static_cast<int>(info.ssi_signo), info.ssi_code > 0});
    }
    return taken;
  }

 private:
  sigset_t before_{};
  File fd_;
};

// Of the new process: becomes the command, or tells why not.
[[noreturn]] void Become(const std::vector<std::string>& words,
                         const Signals& signals, int out, int err, int news) {
  // What main puts in the place of a closed stdin can't be read.
  if ((fcntl(STDIN_FILENO, F_GETFL) & O_ACCMODE) == O_WRONLY) {
    const int empty = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (empty >= 0) dup2(empty, STDIN_FILENO);
  }
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  std::signal(SIGPIPE, SIG_DFL);
  signals.Restore();
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (const std::string& word : words) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  const int error = errno;
  (void)!write(news, &error, sizeof(error));
  _exit(kNotFound);
}

class Child {
 public:
  Child(const std::vector<std::string>& words, PassOn pass_on)
      : Child(words, pass_on, Pipe(), Pipe(), Pipe()) {}

  // Why it could not be run; 0 where it was.
  int error() const { return error_; }

  // Relays until the command has ended and its output is passed on.
  int Wait() {
    while (!Finished()) {
      std::vector<pollfd> fds{{signals_.fd(), POLLIN, 0}};
      relay_.AddTo(fds);
      if (poll(fds.data(), fds.size(), PollTimeout()) < 0) continue;
      relay_.Handle(fds);
      if (fds.front().revents != 0) HandleSignals();
    }
    signals_.Take();  // what came for the command is not for us
    return status_;
  }

  Relay& relay() { return relay_; }
  // Since its start, to its end.
  Milliseconds Duration() const {
    return std::chrono::ceil<Milliseconds>(*end_ - begin_);
  }

 private:
  Child(const std::vector<std::string>& words, PassOn pass_on, Pipe out,
        Pipe err, Pipe news)
      : relay_(std::move(out.read), std::move(err.read),
               pass_on == PassOn::kWhereItFails),
        pid_(fork()) {
    if (pid_ < 0) throw OsError("can't make a process");
    if (pid_ == 0) {
      Become(words, signals_, out.write.fd(), err.write.fd(), news.write.fd());
    }
    news.write = File();
    if (read(news.read.fd(), &error_, sizeof(error_)) != sizeof(error_)) {
      error_ = 0;
    }
  }

  // Once the command has ended, they are for us: whoever reads our output has
  // made us wait long enough.
  void HandleSignals() {
    for (const Signals::Signal& signal : signals_.Take()) {
      if (end_) {
        is_hurried_ = true;
      } else if (!signal.from_terminal) {
        kill(pid_, signal.number);
      }
    }
    if (end_ || waitpid(pid_, &status_, WNOHANG) != pid_) return;
    end_ = Clock::now();
    relay_.BeginDraining();
  }

  bool Finished() const {
    if (!end_) return false;
    return is_hurried_ || relay_.IsAtEnd() ||
           (relay_.IsDrained() && Clock::now() >= *end_ + kGrace);
  }

  int PollTimeout() const {
    if (!end_) return -1;
    const auto left =
        std::chrono::ceil<Milliseconds>(*end_ + kGrace - Clock::now());
    // Past the grace only what is owed is waited for, as long as it takes.
    return left.count() > 0 ? static_cast<int>(left.count()) : -1;
  }

  const Signals signals_;
  const Clock::time_point begin_ = Clock::now();
  Relay relay_;
  const pid_t pid_;
  int error_ = 0;
  int status_ = 0;
  bool is_hurried_ = false;
  std::optional<Clock::time_point> end_;
};

}  // namespace

ChildEnd RunChild(const std::vector<std::string>& words, PassOn pass_on) {
  std::signal(SIGPIPE, SIG_IGN);
  Child child(words, pass_on);
  const int status = child.Wait();
  ChildEnd end;
  end.duration = child.Duration();
  if (const int error = child.error(); error != 0) {
    end.status = error == ENOENT ? kNotFound : kNotExecutable;
    end.problem = WithErrno("can't run " + words.front(), error);
  } else if (WIFSIGNALED(status)) {
    end.signal = WTERMSIG(status);
    end.status = kSignalled + *end.signal;
  } else {
    end.status = WEXITSTATUS(status);
  }
  if (end.status != 0) child.relay().Release();
  if (const int error = child.relay().Error(); error != 0) {
    end.lost = WithErrno("output of " + words.front() + " is lost", error);
  }
  end.text = child.relay().Text();
  return end;
}

}  // namespace turbo::ctl

// tmctl: the command line of TurboMessage.

#include <fcntl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "tmctl/base/failure.h"
#include "tmctl/commands.h"
#include "tmctl/config/settings.h"
#include "tmctl/output/output.h"
#include "tmctl/sendmail/sendmail_words.h"

namespace {

// A closed standard descriptor would be given to the next file or socket, and
// what is meant for the user would land there. The stand-ins can't be used in
// the direction that the real one would be, so reading and writing still fail.
// Before all other constructors: gRPC's open descriptors, too.
[[gnu::constructor(101)]] void HoldStandardDescriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) < 0) {
      const int flags = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
      if (open("/dev/null", flags) != fd) _exit(turbo::ctl::ExitOf("os_error"));
    }
  }
}

int Fail(const std::vector<std::string>& words,
         const turbo::ctl::Failure& failure) {
  turbo::ctl::Output(turbo::ctl::GuessOutput(words), false, false)
      .Error(failure);
  return failure.Exit();
}

int RunProgram(const std::vector<std::string>& words) {
  try {
    return turbo::ctl::RunCommandLine(words);
  } catch (const turbo::ctl::Failure& failure) {
    return Fail(words, failure);
  } catch (const std::bad_alloc&) {
    return Fail(words, {"os_error", "out of memory"});
  } catch (const std::exception& e) {
    return Fail(words, {"internal", e.what(), "this is a mistake in tmctl"});
  }
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that has seen enough ends us quietly, even where our parent
  // ignores the signal.
  std::signal(SIGPIPE, SIG_DFL);
  // Ignored by our parent, it would make the end of our children untellable.
  std::signal(SIGCHLD, SIG_DFL);
  // One heap for gRPC's few short-lived threads: making another one costs more
  // than it saves. It would look for /sys, too; see CountProcessors in
  // net/channel.cc.
  mallopt(M_ARENA_MAX, 1);
  // Tokens and passwords must not reach core files.
  prctl(PR_SET_DUMPABLE, 0);
  // All output is written by now. Leaving without the destructors of the
  // libraries spares the user the end of gRPC's threads, which takes longer
  // than the whole call (see Connect in net/channel.cc).
  _exit(RunProgram(turbo::ctl::WordsOf(argc, argv)));
}

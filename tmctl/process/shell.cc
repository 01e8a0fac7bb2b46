#include "tmctl/process/shell.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "tmctl/base/failure.h"
#include "tmctl/base/files.h"

namespace turbo::ctl {
namespace {

// A file in memory, so that a command that doesn't read its input neither stops
// us nor gets us a SIGPIPE.
File FileWith(const std::string& input) {
  File file(memfd_create("tmctl-input", MFD_CLOEXEC));
  if (file.fd() < 0) {
    throw Failure("os_error",
                  WithErrno("no room for a command's input", errno));
  }
  WriteAll(file.fd(), input, "a command's input");
  lseek(file.fd(), 0, SEEK_SET);
  return file;
}

// What the child changes of its descriptors.
class Redirections {
 public:
  explicit Redirections(int input) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, STDERR_FILENO, STDOUT_FILENO);
  }
  ~Redirections() { posix_spawn_file_actions_destroy(&actions_); }
  Redirections(const Redirections&) = delete;
  Redirections& operator=(const Redirections&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

}  // namespace

int RunShell(const std::string& command, const std::string& input) {
  const File file = FileWith(input);
  const Redirections redirections(file.fd());
  std::string shell = "sh";
  std::string option = "-c";
  std::string text = command;
  char* const argv[] = {shell.data(), option.data(), text.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, "/bin/sh", redirections.get(), nullptr,
                                argv, environ);
  if (error != 0) throw Failure("os_error", WithErrno("can't run sh", error));
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      throw Failure("os_error", WithErrno("can't wait for sh", errno));
    }
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace turbo::ctl

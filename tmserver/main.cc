// tmserver: composition only.
#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "tmserver/admin_token.h"
#include "tmserver/options.h"
#include "tmserver/process.h"

namespace {

using turbo::server::Action;
using turbo::server::CommandLine;
using turbo::server::Environment;
using turbo::server::OptionError;
using turbo::server::ParseOptions;

// Without them a socket or a file of the store would become stdout.
void EnsureStandardDescriptors() {
  int fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = dup(fd);
  if (fd > STDERR_FILENO) close(fd);
}

Environment CopyEnvironment() {
  Environment environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals == text.npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

int Print(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0) {
    return EX_OK;
  }
  std::fprintf(stderr, "tmserver: can't write to stdout: %s\n",
               std::strerror(errno));
  return EX_IOERR;
}

int Complain(const OptionError& error) {
  std::fprintf(stderr, "tmserver: %s\n", error.what());
  if (error.exit_code() == EX_USAGE) {
    std::fprintf(stderr, "try 'tmserver --help'\n");
  }
  return error.exit_code();
}

}  // namespace

int main(int argc, char** argv) {
  EnsureStandardDescriptors();
  const std::vector<std::string> args(argv + 1, argv + argc);
  const Environment environment = CopyEnvironment();
  try {
    const CommandLine line = ParseOptions(args, environment);
    switch (line.action) {
      case Action::kHelp:
        return Print(turbo::server::Help());
      case Action::kVersion:
        return Print("tmserver " TURBOMESSAGE_VERSION "\n");
      case Action::kAdminToken:
        return turbo::server::PrintAdminToken(line);
      case Action::kServe:
        return turbo::server::Serve(
            line, [&] { return ParseOptions(args, environment).options; });
    }
  } catch (const OptionError& e) {
    return Complain(e);
  }
  return EX_SOFTWARE;
}

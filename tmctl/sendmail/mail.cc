#include "tmctl/sendmail/mail.h"

#include <absl/strings/escaping.h>
#include <absl/strings/match.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tmctl/base/failure.h"
#include "tmctl/base/files.h"
#include "tmctl/sending/sending.h"

namespace turbo::ctl {
namespace {

// How long something that still writes after the last dot is listened to.
constexpr int kPatience = 1000;  // ms

size_t ReadSome(int fd, std::array<char, 64 * 1024>& buffer) {
  for (;;) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n >= 0) return static_cast<size_t>(n);
    if (errno == EINTR) continue;
    throw Failure("io_error", WithErrno("can't read the mail", errno));
  }
}

bool IsDot(std::string_view line) { return line == "." || line == ".\r"; }

// A pipe that is closed on its writer would end it: it doesn't know that the
// mail was over.
void DropRest(int fd) {
  std::array<char, 64 * 1024> buffer;
  pollfd waiting{fd, POLLIN, 0};
  while (isatty(fd) == 0 && poll(&waiting, 1, kPatience) > 0) {
    if (ReadSome(fd, buffer) == 0) return;
  }
}

void DropCarriageReturns(std::string& mail) {
  const size_t end = mail.find('\n');
  if (end == std::string::npos || end == 0 || mail[end - 1] != '\r') return;
  size_t kept = 0;
  for (size_t i = 0; i < mail.size(); ++i) {
    const bool ends_line =
        mail[i] == '\r' && i + 1 < mail.size() && mail[i + 1] == '\n';
    if (!ends_line) mail[kept++] = mail[i];
  }
  mail.resize(kept);
}

// At most kMaxInput bytes of a mail, and how many there were.
Input ReadLines(int fd, bool dots_are_text) {
  Input mail;
  std::string& text = mail.bytes;
  std::array<char, 64 * 1024> buffer;
  size_t line = 0;  // where the last one begins
  while (const size_t n = ReadSome(fd, buffer)) {
    size_t unseen = text.size();
    mail.total += n;
    text.append(buffer.data(), std::min(n, kMaxInput - text.size()));
    if (dots_are_text) continue;
    for (size_t end; (end = text.find('\n', unseen)) != std::string::npos;) {
      if (IsDot(std::string_view(text).substr(line, end - line))) {
        text.resize(line);
        DropRest(fd);
        return mail;
      }
      line = unseen = end + 1;
    }
  }
  if (!dots_are_text && IsDot(std::string_view(text).substr(line))) {
    text.resize(line);
  }
  return mail;
}

// The place of tmctl-mime, beside this program as it is installed or built.
std::string HelperPath() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (!here.is_absolute()) {
    throw Failure("os_error", "can't tell where tmctl is installed");
  }
  const fs::path installed = here / TURBOMESSAGE_LIBEXEC / "tmctl-mime";
  if (access(installed.c_str(), X_OK) == 0) return installed;
  return here / "sendmail" / "mime" / "tmctl-mime";
}

// Starts the helper; its standard output goes to `out`. It needs nothing of our
// environment, which may hold a token.
pid_t Spawn(const std::string& path, int in, int out) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                   O_WRONLY, 0);
  std::string name = path;
  std::array<char*, 2> argv{name.data(), nullptr};
  std::array<char*, 1> environment{nullptr};
  pid_t child = -1;
  const int error = posix_spawn(&child, path.c_str(), &actions, nullptr,
                                argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw Failure("os_error", WithErrno("can't run " + path, error));
  }
  return child;
}

// A file without a name, so that nothing has to be written while the helper
// writes.
File FileWith(const std::string& content) {
  File file(memfd_create("mail", MFD_CLOEXEC));
  WriteAll(file.fd(), content, "the mail");
  lseek(file.fd(), 0, SEEK_SET);
  return file;
}

// What the helper prints about `mail`.
std::string AskHelper(const std::string& mail) {
  const std::string path = HelperPath();
  const File in = FileWith(mail);
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
    throw Failure("os_error", WithErrno("can't make a pipe", errno));
  }
  const File from(pipe_ends[0]);
  pid_t child = -1;
  {
    const File to(pipe_ends[1]);
    child = Spawn(path, in.fd(), to.fd());
  }
  constexpr size_t kAnything = static_cast<size_t>(-1);
  std::string printed = ReadAll(from.fd(), path, kAnything).bytes;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return printed;
  throw Failure(
      "internal",
      path +
          (WIFSIGNALED(status)
               ? " was killed by signal " + std::to_string(WTERMSIG(status))
               : " exited with status " + std::to_string(WEXITSTATUS(status))));
}

std::string Bytes(const Json& base64) {
  std::string bytes;
  if (!absl::Base64Unescape(base64.get_ref<const std::string&>(), &bytes)) {
    throw Failure("internal", "tmctl-mime printed no base64");
  }
  return bytes;
}

}  // namespace

std::string ReadMail(int fd, bool dots_are_text) {
  Input mail = ReadLines(fd, dots_are_text);
  if (mail.total > kMaxInput) mail.bytes = Shorten(mail, kMaxInput);
  std::string& text = mail.bytes;
  if (text.starts_with("From ")) {
    text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
  }
  DropCarriageReturns(text);
  return text;
}

Mail TakeApart(const std::string& mail) {
  try {
    return MailFromHelper(AskHelper(mail));
  } catch (const std::exception& e) {
    Mail raw;
    raw.content.set_subject("mail that could not be decoded");
    raw.content.set_body(WithoutPrivateHeaders(mail));
    raw.problem = e.what();
    return raw;
  }
}

Mail MailFromHelper(const std::string& printed) {
  const Json json = Json::parse(printed);
  Mail mail;
  mail.recipients = json.at("recipients").get<std::vector<std::string>>();
  mail.content.set_subject(json.at("subject").get<std::string>());
  mail.content.set_body(Bytes(json.at("body")));
  for (const Json& item : json.at("attachments")) {
    auto* attachment = mail.content.add_attachments();
    attachment->set_name(item.at("name").get<std::string>());
    attachment->set_media_type(item.at("media_type").get<std::string>());
    attachment->set_data(Bytes(item.at("data")));
  }
  for (const auto& [field, label] :
       {std::pair("from", "mail-from"), std::pair("to", "mail-to"),
        std::pair("reply_to", "mail-reply-to")}) {
    const auto text = json.at(field).get<std::string>();
    if (!text.empty()) (*mail.content.mutable_labels())[label] = text;
  }
  return mail;
}

std::string WithoutPrivateHeaders(const std::string& mail) {
  std::string kept;
  bool secret = false;
  size_t start = 0;
  while (start < mail.size()) {
    const size_t end = std::min(mail.find('\n', start), mail.size() - 1) + 1;
    const std::string line = mail.substr(start, end - start);
    if (line == "\n" || line == "\r\n") break;
    if (line.front() != ' ' && line.front() != '\t') {
      secret = absl::StartsWithIgnoreCase(line, "bcc") ||
               absl::StartsWithIgnoreCase(line, "x-cron-env");
    }
    if (!secret) kept += line;
    start = end;
  }
  return kept + mail.substr(start);
}

}  // namespace turbo::ctl

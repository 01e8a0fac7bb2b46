#include "tmctl/output/output.h"

#include <unistd.h>

#include <cerrno>

#include "tmctl/base/text.h"

namespace turbo::ctl {
namespace {

// A message on stderr that can't be written has nowhere else to go.
void WriteError(const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t n =
        write(STDERR_FILENO, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    done += static_cast<size_t>(n);
  }
}

std::string Lines(const std::vector<std::string>& ids) {
  std::string lines;
  for (const std::string& id : ids) lines += Harmless(id) + "\n";
  return lines;
}

}  // namespace

std::string ToLine(const Json& json) {
  return HarmlessJson(
             json.dump(-1, ' ', false, Json::error_handler_t::replace)) +
         "\n";
}

std::string Output::TextOf(const Result& result) const {
  if (quiet_) return {};
  switch (mode_) {
    case OutputMode::kTable:
      return result.text();
    case OutputMode::kIds:
      return Lines(result.ids);
    case OutputMode::kJson:
    case OutputMode::kJsonl:
      break;
  }
  return ToLine(result.document);
}

void Output::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      throw Failure("io_error", WithErrno("can't write to stdout", errno));
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

void Output::Warn(const std::string& code, const std::string& message) const {
  WriteError(mode_ == OutputMode::kTable
                 ? "tmctl: " + Harmless(message) + "\n"
                 : ToLine(WarningDocument(code, message)));
}

void Output::Error(const Failure& failure) const {
  if (mode_ != OutputMode::kTable) {
    return WriteError(ToLine(ErrorDocument(failure)));
  }
  const std::string where =
      failure.line ? "line " + std::to_string(*failure.line) + ": " : "";
  std::string text = "tmctl: " + where + Harmless(failure.message) + "\n";
  if (!failure.hint.empty()) text += "hint: " + Harmless(failure.hint) + "\n";
  WriteError(text);
}

void Output::PrintFailure(const Failure& failure) const {
  const bool is_json =
      mode_ == OutputMode::kJson || mode_ == OutputMode::kJsonl;
  if (!is_json || quiet_) return Error(failure);
  Write(ToLine(ErrorDocument(failure)));
}

void Output::Say(const std::string& message) const {
  if (verbose_) Warn("verbose", message);
}

}  // namespace turbo::ctl

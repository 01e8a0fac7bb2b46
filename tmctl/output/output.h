// What a command says: results on stdout, all else on stderr, in the form that
// was asked for.
#ifndef TMCTL_OUTPUT_OUTPUT_H_
#define TMCTL_OUTPUT_OUTPUT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tmctl/base/failure.h"
#include "tmctl/config/settings.h"
#include "tmctl/output/documents.h"

namespace turbo::ctl {

// A result in all its forms.
struct Result {
  Json document;                      // json and, on one line, jsonl
  std::vector<std::string> ids;       // ids: one a line
  std::function<std::string()> text;  // table; ends with a newline or is empty
};

// All writing to stdout goes through here and is flushed when the call returns;
// what can't be written throws Failure (io_error).
class Output {
 public:
  // `quiet` drops results.
  Output(OutputMode mode, bool quiet, bool verbose)
      : mode_(mode), quiet_(quiet), verbose_(verbose) {}

  OutputMode mode() const { return mode_; }
  bool quiet() const { return quiet_; }

  void Print(const Result& result) const { Write(TextOf(result)); }
  // What Print would write.
  std::string TextOf(const Result& result) const;

  // Bytes as they are, in every mode.
  static void Write(std::string_view bytes);

  // On stderr: a line of JSON, or on a terminal a sentence (and hint).
  void Warn(const std::string& code, const std::string& message) const;
  void Error(const Failure& failure) const;
  // The failure of one of several operations: a line on stdout beside the
  // results, where those are lines of JSON; else an error.
  void PrintFailure(const Failure& failure) const;
  // The same as a warning "verbose", if that was asked for.
  void Say(const std::string& message) const;

 private:
  const OutputMode mode_;
  const bool quiet_;
  const bool verbose_;
};

// `json` as one line; bytes that are not UTF-8 become U+FFFD, and
// nothing in it can steer a terminal.
std::string ToLine(const Json& json);

}  // namespace turbo::ctl

#endif  // TMCTL_OUTPUT_OUTPUT_H_

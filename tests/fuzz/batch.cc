#include <absl/strings/str_split.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"
#include "tmctl/base/failure.h"
#include "tmctl/base/text.h"
#include "tmctl/output/output.h"
#include "tmctl/sending/batch_line.h"
#include "tmctl/sending/line_reader.h"

namespace turbo::fuzz {
namespace {

constexpr size_t kLongest = 4096;

void TryLine(const std::string& line) {
  try {
    const auto request = ctl::ParseBatchLine(line, true);
    Require(request.to_size() == 0 || ctl::IsUtf8(request.to(0)),
            "names are UTF-8");
    Require(ctl::IsUtf8(request.subject()), "a subject is UTF-8");
  } catch (const ctl::Failure& failure) {
    Require(failure.code == "invalid_argument", "a wrong line is invalid",
            failure.code);
    const std::string told = ctl::ToLine(ctl::ErrorDocument(failure));
    Require(std::count(told.begin(), told.end(), '\n') == 1,
            "an error is one line", told);
  }
}

}  // namespace

void Batch(std::string_view input) {
  std::vector<std::string> expected =
      absl::StrSplit(absl::string_view(input.data(), input.size()), '\n');
  if (expected.back().empty()) expected.pop_back();

  const MemoryFile file(input);
  ctl::LineReader reader(file.fd(), kLongest);
  size_t number = 0;
  while (!reader.IsAtEnd()) {
    Require(reader.Read() == 0, "a file can be read");
    while (const auto line = reader.Next()) {
      Require(number < expected.size(), "there are no lines more than there");
      const std::string& text = expected[number++];
      Require(line->too_long == (text.size() > kLongest),
              "lines that are too long are told");
      if (line->too_long) continue;
      Require(line->text == text, "a line is what stands there", text);
      TryLine(text);
    }
  }
  Require(number == expected.size(), "no line is left out");
}

}  // namespace turbo::fuzz

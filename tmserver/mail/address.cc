#include "tmserver/mail/address.h"

#include <algorithm>

namespace turbo::mail {
namespace {

constexpr size_t kMaxName = 64;

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

Result<std::string> FoldName(std::string_view name, std::string_view what) {
  std::string folded(name.substr(0, kMaxName + 1));
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool valid =
      !folded.empty() && folded.size() <= kMaxName &&
      IsLetterOrDigit(folded.front()) &&
      std::all_of(folded.begin(), folded.end(), [](char c) {
        return IsLetterOrDigit(c) || c == '.' || c == '_' || c == '-';
      });
  if (valid) return folded;
  return Fail(ErrorCode::kInvalidArgument,
              std::string(what) +
                  " is 1 to 64 letters, digits and . _ -, and starts with a "
                  "letter or digit");
}

}  // namespace turbo::mail

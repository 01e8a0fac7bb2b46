#include "tmserver/service/seed_content.h"

#include <unistr.h>

#include <string_view>

namespace turbo::service {
namespace {

constexpr std::string_view kBetween = kSeparator;
constexpr std::string_view kReplacement = "\uFFFD";
constexpr std::string_view kShortened = " […recortado]";

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

std::string Repaired(std::string_view text) {
  std::string repaired;
  while (!text.empty()) {
    const uint8_t* bad = u8_check(Bytes(text), text.size());
    const size_t good = bad == nullptr ? text.size() : bad - Bytes(text);
    repaired += text.substr(0, good);
    text.remove_prefix(good);
    if (text.empty()) break;
    ucs4_t replaced = 0;
    text.remove_prefix(u8_mbtouc(&replaced, Bytes(text), text.size()));
    repaired += kReplacement;
  }
  return repaired;
}

// A subject that neither has a separator in it nor makes one with the
// hyphens that follow it.
std::string Softened(std::string_view subject) {
  std::string softened;
  size_t hyphens = 0;  // at the end of softened
  for (const char c : subject) {
    hyphens = c == '-' ? hyphens + 1 : 0;
    if (hyphens == kBetween.size()) {
      softened += ' ';
      hyphens = 1;
    }
    softened += c;
  }
  if (hyphens > 0) softened += ' ';
  return softened;
}

// The beginning of UTF-8 text in at most `limit` bytes, between characters.
std::string_view Beginning(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (text[limit] & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

SubjectAndBody SplitContent(const std::string& content) {
  const size_t at = content.find(kBetween);
  if (at == std::string::npos) return {"", content};
  return {content.substr(0, at), content.substr(at + kBetween.size())};
}

std::string JoinContent(const std::string& subject, const std::string& body) {
  return Softened(subject).append(kBetween).append(Repaired(body));
}

size_t ShortestContent() { return kBetween.size() + kShortened.size(); }

std::string ShortenContent(const std::string& content, size_t limit) {
  if (content.size() <= limit) return content;
  const std::string_view text = content;
  const size_t room = limit - ShortestContent();
  const size_t between = text.find(kBetween);
  std::string shortened;
  if (between <= room) {
    shortened = Beginning(text, room + kBetween.size());
  } else {
    shortened = Beginning(text.substr(0, between), room);
    while (shortened.ends_with('-')) shortened.pop_back();
    shortened += kBetween;
  }
  return shortened.append(kShortened);
}

}  // namespace turbo::service

#include "tmctl/base/text.h"

#include <absl/strings/str_format.h>
#include <unictype.h>
#include <unistr.h>
#include <uniwidth.h>

namespace turbo::ctl {
namespace {

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// Characters without a glyph that change how others are shown, or hide that
// they are there: bidirectional controls and marks, line and paragraph
// separators, joiners, fillers, tags. Not what chooses between two looks of the
// character before it, such as an emoji's colours.
bool IsInvisible(ucs4_t c) {
  if (c < 0xa0 || (c >= 0xfe00 && c <= 0xfe0f)) return false;
  return c == 0x2028 || c == 0x2029 || (c >= 0xfff9 && c <= 0xfffb) ||
         uc_is_property_default_ignorable_code_point(c);
}

// Tells the marks that pile up over one character. Scripts need up to nine; a
// thousand of them would hide the lines above.
class Pile {
 public:
  bool IsTooHigh(ucs4_t c) {
    if (!uc_is_general_category_withtable(c, kMarks)) {
      height_ = 0;
      return false;
    }
    return ++height_ > kMost;
  }

 private:
  static constexpr uint32_t kMarks = UC_CATEGORY_MASK_Mn | UC_CATEGORY_MASK_Me;
  static constexpr int kMost = 10;
  int height_ = 0;
};

std::string Shown(ucs4_t c) {
  if (c == 0x7f) return "^?";
  if (c < 0x20) return {'^', static_cast<char>('@' + c)};
  return absl::StrFormat("\\u{%x}", c);
}

bool IsControl(ucs4_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

// Takes one character off `text`; its bytes, and U+FFFD for a wrong one.
ucs4_t TakeCharacter(std::string_view& text, std::string_view& bytes) {
  ucs4_t c = 0;
  const int length = u8_mbtoucr(&c, Bytes(text), text.size());
  const size_t taken = length > 0 ? static_cast<size_t>(length) : 1;
  bytes = text.substr(0, taken);
  text.remove_prefix(taken);
  return length > 0 ? c : 0xfffd;
}

size_t WidthOfCharacter(ucs4_t c) {
  const int width = uc_width(c, "UTF-8");
  return width > 0 ? static_cast<size_t>(width) : 0;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  return u8_check(Bytes(text), text.size()) == nullptr;
}

std::string Harmless(std::string_view text, std::string_view keep) {
  std::string harmless;
  std::string_view bytes;
  Pile pile;
  while (!text.empty()) {
    const ucs4_t c = TakeCharacter(text, bytes);
    const bool too_high = pile.IsTooHigh(c);
    const bool kept =
        c < 0x80 && keep.find(static_cast<char>(c)) != std::string_view::npos;
    if (c == 0xfffd) {
      harmless += "\xef\xbf\xbd";
    } else if (too_high || (!kept && (IsControl(c) || IsInvisible(c)))) {
      harmless += Shown(c);
    } else {
      harmless += bytes;
    }
  }
  return harmless;
}

std::string HarmlessJson(std::string_view json) {
  const auto is_plain = [](unsigned char c) { return c < 0x7f; };
  if (std::all_of(json.begin(), json.end(), is_plain)) return std::string(json);
  std::string harmless;
  std::string_view bytes;
  Pile pile;
  while (!json.empty()) {
    const ucs4_t c = TakeCharacter(json, bytes);
    const bool too_high = pile.IsTooHigh(c);
    if (c < 0x7f || (!too_high && !IsControl(c) && !IsInvisible(c))) {
      harmless += bytes;
    } else if (c < 0x10000) {
      harmless += absl::StrFormat("\\u%04x", c);
    } else {
      harmless += absl::StrFormat("\\u%04x\\u%04x", 0xd7c0 + (c >> 10),
                                  0xdc00 + (c & 0x3ff));
    }
  }
  return harmless;
}

size_t WidthOf(std::string_view text) {
  size_t width = 0;
  std::string_view bytes;
  while (!text.empty()) width += WidthOfCharacter(TakeCharacter(text, bytes));
  return width;
}

std::string FitTo(std::string_view text, size_t width) {
  const size_t whole = WidthOf(text);
  if (whole <= width)
    return std::string(text) + std::string(width - whole, ' ');
  std::string cut;
  size_t used = 0;
  std::string_view bytes;
  while (!text.empty() && width > 0) {
    const size_t next = WidthOfCharacter(TakeCharacter(text, bytes));
    if (used + next > width - 1) break;
    cut += bytes;
    used += next;
  }
  if (width > 0) {
    cut += "…";
    ++used;
  }
  return cut + std::string(width - used, ' ');
}

std::string_view CutAtCharacter(std::string_view text, size_t size) {
  if (text.size() <= size) return text;
  size_t end = size;
  // At most three bytes of a character stand before its last one; bytes that
  // are no UTF-8 are cut anywhere.
  while (end > 0 && size - end < 3 &&
         (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return text.substr(0, end);
}

}  // namespace turbo::ctl

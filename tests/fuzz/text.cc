#include "tmctl/base/text.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/fuzz/targets.h"
#include "tmctl/base/units.h"
#include "tmctl/net/address.h"
#include "tmctl/output/output.h"
#include "tmctl/process/excerpt.h"
#include "tmserver/mail/address.h"

namespace turbo::fuzz {
namespace {

void TryTerminal(const std::string& text) {
  const std::string tame = ctl::Harmless(text);
  Require(ctl::IsUtf8(tame), "what is shown is UTF-8", tame);
  Require(IsTame(tame) && tame.find_first_of("\n\t") == tame.npos,
          "what is shown is harmless", tame);
  Require(ctl::Harmless(tame) == tame, "harmless text stays as it is", tame);
  const size_t width = text.size() % 40;
  Require(ctl::WidthOf(ctl::FitTo(tame, width)) == width,
          "a cell has its width", tame);
  const std::string_view cut = ctl::CutAtCharacter(tame, width);
  Require(cut.size() <= width && ctl::IsUtf8(cut), "a cut is between two",
          tame);

  const ctl::Json json{{"text", text}};
  const std::string line = ctl::ToLine(json);
  Require(IsTame(line), "JSON is harmless", line);
  const bool is_utf8 = ctl::IsUtf8(text);
  Require(!is_utf8 || ctl::Json::parse(line) == json, "JSON keeps the text",
          line);
}

void TryValues(const std::string& text) {
  if (const auto address = ctl::Address::Parse(text)) {
    const auto again = ctl::Address::Parse(address->Text());
    Require(again && again->Text() == address->Text(),
            "an address stays what it is", text);
    Require(address->MayTakeTokenOf(*again), "an address is itself", text);
    address->Target();
  }
  ctl::ParseDuration(text);
  ctl::ParseSize(text);
  if (const auto id = ctl::ParseId(text)) {
    Require(*id > 0 && *id < int64_t{1} << 53, "an id is one", text);
  }
  if (const auto time = ctl::ParseTime(text, ctl::Now())) {
    const std::string shown = ctl::FormatTime(*time);
    const auto again = ctl::ParseTime(shown, ctl::Now());
    Require(again && *again == *time, "a time stays what it is", shown);
    ctl::FormatLocal(*time);
  }
  if (const auto name = mail::FoldName(text)) {
    const auto again = mail::FoldName(*name);
    Require(again && *again == *name, "a folded name is folded", text);
  }
}

void TryExcerpt(const std::string& text) {
  ctl::Excerpt whole(text.size(), 0);
  ctl::Excerpt parts(7, 9);
  for (size_t i = 0; i < text.size(); i += 5) {
    whole.Append(std::string_view(text).substr(i, 5));
    parts.Append(std::string_view(text).substr(i, 5));
  }
  Require(whole.Text() == text, "what finds room is whole");
  Require(!ctl::IsUtf8(text) || ctl::IsUtf8(parts.Text()),
          "an excerpt of UTF-8 is UTF-8", text);
}

}  // namespace

void Text(std::string_view input) {
  const std::string text(input);
  TryTerminal(text);
  TryValues(text);
  TryExcerpt(text);
}

}  // namespace turbo::fuzz

#include "tmctl/config/aliases.h"

#include <absl/strings/ascii.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "tmctl/base/failure.h"
#include "tmctl/base/text.h"

namespace turbo::ctl {
namespace {

constexpr char kCatchAll[] = "@";

std::string HostName() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

void CheckAddress(const std::string& address) {
  const bool has_controls =
      std::any_of(address.begin(), address.end(),
                  [](unsigned char c) { return absl::ascii_iscntrl(c); });
  if (has_controls || !IsUtf8(address)) {
    throw Usage("'" + address + "' is no address");
  }
}

std::string Bare(std::string_view address) {
  const size_t open = address.find_last_of('<');
  if (open != std::string_view::npos) {
    address.remove_prefix(open + 1);
    address = address.substr(0, address.find('>'));
  }
  std::string bare(address);
  absl::StripAsciiWhitespace(&bare);
  return bare;
}

std::vector<std::string> NamesOf(const Json& value) {
  if (value.is_string()) return {value.get<std::string>()};
  return value.get<std::vector<std::string>>();
}

}  // namespace

std::vector<std::string> SplitAddresses(const std::string& word) {
  CheckAddress(word);
  std::vector<std::string> addresses;
  std::string current;
  bool quoted = false;
  for (const char c : word + ",") {
    if (c == '"') quoted = !quoted;
    if (c != ',' || quoted) {
      current += c;
      continue;
    }
    if (current = Bare(current); !current.empty()) addresses.push_back(current);
    current.clear();
  }
  // A quote without an end.
  current = current.substr(0, current.find_last_not_of(',') + 1);
  if (current = Bare(current); !current.empty()) addresses.push_back(current);
  return addresses;
}

Aliases::Aliases(const Json& map, std::string host)
    : host_(absl::AsciiStrToLower(host.substr(0, host.find('.')))) {
  for (const auto& [name, value] : map.items()) {
    map_[absl::AsciiStrToLower(name)] = NamesOf(value);
  }
}

Aliases Aliases::Of(const Config& config, const std::string& profile) {
  return Aliases(config.Aliases(profile), HostName());
}

std::vector<std::string> Aliases::Expand(const std::string& address) const {
  std::map<std::string, Followed> names;
  std::vector<std::string> found;
  Follow(absl::AsciiStrToLower(address), names, found);
  return found;
}

std::vector<std::string> Aliases::CatchAll() const {
  return Has(kCatchAll) ? Expand(kCatchAll) : std::vector<std::string>();
}

// `names` are those whose mappings have been followed, or are being followed:
// `address` has come up within these.
void Aliases::Follow(const std::string& address,
                     std::map<std::string, Followed>& names,
                     std::vector<std::string>& found) const {
  std::string name = Has(address) ? address : WithoutHost(address);
  const bool is_caught =
      !Has(name) && name.find('@') != std::string::npos && Has(kCatchAll);
  const std::string key = is_caught ? kCatchAll : name;
  if (Has(key) && names.emplace(key, Followed::kNow).second) {
    for (const std::string& next : map_.at(key)) {
      Follow(absl::AsciiStrToLower(next), names, found);
    }
    names[key] = Followed::kAlready;
  } else if (!Has(key) || names[key] == Followed::kNow) {
    if (std::find(found.begin(), found.end(), name) == found.end()) {
      found.push_back(std::move(name));
    }
  }
}

// "ana" of "ana@host", where that is this host.
std::string Aliases::WithoutHost(const std::string& address) const {
  const size_t at = address.rfind('@');
  if (at == std::string::npos || at == 0) return address;
  const std::string host = address.substr(at + 1);
  const bool is_here =
      host == "localhost" || host == "localhost.localdomain" ||
      (!host_.empty() && (host == host_ || host.starts_with(host_ + ".")));
  return is_here ? address.substr(0, at) : address;
}

}  // namespace turbo::ctl

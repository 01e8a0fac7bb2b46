// Whom mail is for: addresses as other programs write them, and the alias map
// that makes users of them.
#ifndef TMCTL_CONFIG_ALIASES_H_
#define TMCTL_CONFIG_ALIASES_H_

#include <map>
#include <string>
#include <vector>

#include "tmctl/config/config.h"

namespace turbo::ctl {

// The addresses in one word: parted by commas, out of their angle brackets,
// without blanks around them. usage for what can't be an address: control
// characters, such as line ends, and text that isn't UTF-8.
std::vector<std::string> SplitAddresses(const std::string& word);

class Aliases {
 public:
  // `map` as Config::Aliases gives it; `host` is this machine's name.
  Aliases(const Json& map, std::string host);

  // A profile's, on this machine.
  static Aliases Of(const Config& config, const std::string& profile);

  // To whom mail for `address` goes, each once, folded. What the map has goes
  // where the map says, which may be in the map again; a name that comes up
  // within its own mapping is a user. Otherwise a name, also one at this host,
  // is a user, and an address elsewhere goes to CatchAll, or, where there is
  // none, stays as it is and is nobody's.
  std::vector<std::string> Expand(const std::string& address) const;

  // Who gets what would reach nobody: the mapping of "@"; may be empty.
  std::vector<std::string> CatchAll() const;

  bool Has(const std::string& name) const { return map_.contains(name); }

 private:
  enum class Followed { kNow, kAlready };
  void Follow(const std::string& address,
              std::map<std::string, Followed>& names,
              std::vector<std::string>& found) const;
  std::string WithoutHost(const std::string& address) const;

  std::map<std::string, std::vector<std::string>> map_;
  std::string host_;  // without its domain
};

}  // namespace turbo::ctl

#endif  // TMCTL_CONFIG_ALIASES_H_

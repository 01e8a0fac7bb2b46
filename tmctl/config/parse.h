// What several commands read from their options and operands.
#ifndef TMCTL_CONFIG_PARSE_H_
#define TMCTL_CONFIG_PARSE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tmctl/config/options.h"
#include "turbomessage/v1/mail.pb.h"

namespace turbo::ctl {

// All throw Failure: usage, or invalid_argument for text that isn't UTF-8.

// The operands as message ids.
std::vector<int64_t> IdsOf(const Arguments& arguments);

// The value of the option `name` as a message's id.
int64_t IdOf(const Arguments& arguments, const std::string& name);

// --label K=V, each key once (the last one counts).
std::vector<std::pair<std::string, std::string>> LabelsOf(
    const Arguments& arguments);

// --box; `otherwise` where it isn't given.
turbomessage::v1::Box BoxOf(const Arguments& arguments,
                            turbomessage::v1::Box otherwise);

// `text` as the time to live of `request`; false where it is no duration.
bool SetTtl(const std::string& text, turbomessage::v1::SendRequest& request);

// `text` as it is, where it is UTF-8.
const std::string& CheckText(const std::string& text, const std::string& what);

// usage where two options were given that exclude each other.
void CheckExclusive(const Arguments& arguments, const std::string& one,
                    const std::string& other);

}  // namespace turbo::ctl

#endif  // TMCTL_CONFIG_PARSE_H_

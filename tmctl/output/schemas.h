// The JSON Schemas of schema/, built into the program.
#ifndef TMCTL_OUTPUT_SCHEMAS_H_
#define TMCTL_OUTPUT_SCHEMAS_H_

#include <span>
#include <string_view>

namespace turbo::ctl {

struct Schema {
  std::string_view name;
  std::string_view text;
};

// By name.
std::span<const Schema> Schemas();

}  // namespace turbo::ctl

#endif  // TMCTL_OUTPUT_SCHEMAS_H_

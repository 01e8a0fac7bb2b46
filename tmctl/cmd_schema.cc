#include <algorithm>

#include "tmctl/base/failure.h"
#include "tmctl/commands.h"
#include "tmctl/output/schemas.h"

namespace turbo::ctl {

int CmdSchema(Context& context) {
  const auto& operands = context.arguments.operands();
  if (operands.empty()) {
    for (const Schema& schema : Schemas()) {
      Output::Write(std::string(schema.name) + "\n");
    }
    return kExitOk;
  }
  const auto schemas = Schemas();
  const auto found = std::find_if(
      schemas.begin(), schemas.end(),
      [&](const Schema& schema) { return schema.name == operands.front(); });
  if (found == schemas.end()) {
    throw Failure("usage", "there is no schema '" + operands.front() + "'",
                  "list the names with: tmctl schema");
  }
  Output::Write(found->text);
  return kExitOk;
}

}  // namespace turbo::ctl

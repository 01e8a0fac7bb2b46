#include "tmctl/session/login.h"

namespace turbo::ctl {

int CmdLogin(Context& context) {
  return KeepLogin(context, Ask::kOnce, [&](const std::string& password) {
    return OpenLogin(context, context.arguments.operands().front(), password);
  });
}

}  // namespace turbo::ctl

// What mark and delete share.
#ifndef TMCTL_TRAY_CHANGE_H_
#define TMCTL_TRAY_CHANGE_H_

#include <functional>
#include <string>
#include <vector>

#include "tmctl/session/context.h"

namespace turbo::ctl {

struct ChangedIds {
  std::vector<int64_t> ids;
  std::vector<int64_t> missing;
};

// Calls `change` with the operands' ids, as many as one call may have, prints
// what changed, and fails with message_not_found where ids were missing, unless
// --ignore-missing. `verb` is for people: "marked", "deleted".
int ChangeIds(
    Context& context, v1::Box box, const std::string& verb,
    const std::function<ChangedIds(const std::vector<int64_t>&)>& change);

}  // namespace turbo::ctl

#endif  // TMCTL_TRAY_CHANGE_H_

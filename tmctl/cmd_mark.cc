#include "tmctl/base/failure.h"
#include "tmctl/config/parse.h"
#include "tmctl/tray/change.h"

namespace turbo::ctl {

int CmdMark(Context& context) {
  CheckExclusive(context.arguments, "read", "unread");
  const bool read = context.arguments.Has("read");
  if (!read && !context.arguments.Has("unread")) {
    throw Usage("mark needs --read or --unread");
  }
  return ChangeIds(
      context, v1::BOX_INBOX, read ? "marked read" : "marked unread",
      [&](const std::vector<int64_t>& ids) -> ChangedIds {
        v1::MarkRequest request;
        request.set_read(read);
        request.mutable_ids()->Assign(ids.begin(), ids.end());
        const v1::MarkResponse response = context.client->Mark(request);
        return {{response.changed_ids().begin(), response.changed_ids().end()},
                {response.missing_ids().begin(), response.missing_ids().end()}};
      });
}

}  // namespace turbo::ctl

#include "tmctl/config/parse.h"
#include "tmctl/tray/change.h"

namespace turbo::ctl {

int CmdDelete(Context& context) {
  const v1::Box box = BoxOf(context.arguments, v1::BOX_INBOX);
  return ChangeIds(
      context, box, "deleted",
      [&](const std::vector<int64_t>& ids) -> ChangedIds {
        v1::DeleteRequest request;
        request.set_box(box);
        request.mutable_ids()->Assign(ids.begin(), ids.end());
        const v1::DeleteResponse response = context.client->Delete(request);
        return {{response.deleted_ids().begin(), response.deleted_ids().end()},
                {response.missing_ids().begin(), response.missing_ids().end()}};
      });
}

}  // namespace turbo::ctl

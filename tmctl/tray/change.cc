#include "tmctl/tray/change.h"

#include <algorithm>

#include "proto/turbomessage/wire.h"
#include "tmctl/base/failure.h"
#include "tmctl/config/parse.h"

namespace turbo::ctl {
namespace {

std::string Join(const std::vector<int64_t>& ids) {
  std::string text;
  for (const int64_t id : ids) {
    text += (text.empty() ? "" : ", ") + std::to_string(id);
  }
  return text;
}

void Append(std::vector<int64_t>& all, const std::vector<int64_t>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

int ChangeIds(
    Context& context, v1::Box box, const std::string& verb,
    const std::function<ChangedIds(const std::vector<int64_t>&)>& change) {
  const std::vector<int64_t> ids = IdsOf(context.arguments);
  ChangedIds all;
  for (size_t begin = 0; begin < ids.size(); begin += wire::kMaxIds) {
    const size_t end = std::min(ids.size(), begin + wire::kMaxIds);
    context.client->BeginOperation();
    const ChangedIds part = change({ids.begin() + static_cast<int64_t>(begin),
                                    ids.begin() + static_cast<int64_t>(end)});
    Append(all.ids, part.ids);
    Append(all.missing, part.missing);
  }
  Result result{ChangedDocument(box, all.ids, all.missing), {}, [&] {
                  return all.ids.empty() ? "nothing " + verb + "\n"
                                         : verb + " " + Join(all.ids) + "\n";
                }};
  for (const int64_t id : all.ids) result.ids.push_back(std::to_string(id));
  context.output.Print(result);
  if (all.missing.empty() || context.arguments.Has("ignore-missing")) {
    return kExitOk;
  }
  Failure failure(
      "message_not_found",
      std::string("not in the ") + NameOf(box) + ": " + Join(all.missing));
  failure.ids = all.missing;
  throw failure;
}

}  // namespace turbo::ctl

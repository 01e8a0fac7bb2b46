#include "tmctl/base/failure.h"
#include "tmctl/base/files.h"
#include "tmctl/commands.h"
#include "tmctl/config/parse.h"
#include "tmctl/output/table.h"
#include "tmctl/sending/attachments.h"

namespace turbo::ctl {
namespace {

using Found = std::vector<v1::GetResponse>;

// All or none: a missing id throws, with every missing one named.
Found FetchAll(Context& context, const std::vector<int64_t>& ids) {
  v1::GetRequest request;
  request.set_box(BoxOf(context.arguments, v1::BOX_UNSPECIFIED));
  request.set_attachment(
      CheckText(context.arguments.Get("attachment"), "the attachment's name"));
  Found found;
  std::vector<Failure> missing;
  for (const int64_t id : ids) {
    request.set_id(id);
    context.client->BeginOperation();
    try {
      found.push_back(context.client->Get(request));
    } catch (Failure& failure) {
      if (failure.code != "message_not_found") throw;
      failure.ids = {id};
      missing.push_back(failure);
    }
  }
  if (missing.empty()) return found;
  for (size_t i = 1; i < missing.size(); ++i) {
    missing.front().message += "; " + missing[i].message;
    missing.front().ids.push_back(missing[i].ids.front());
  }
  throw missing.front();
}

Result ResultOf(const Found& found) {
  Result result;
  Json messages = Json::array();
  for (const v1::GetResponse& one : found) {
    messages.push_back(MessageJson(one.message(), one.box(), true));
    result.ids.push_back(std::to_string(one.message().id()));
  }
  result.document = ReadDocument(std::move(messages));
  result.text = [&found] {
    std::string text;
    for (const v1::GetResponse& one : found) {
      if (!text.empty()) text += '\n';
      text += MessageText(one.message(), TableStyle::OfStdout());
    }
    return text;
  };
  return result;
}

// With --raw or --attachment: the bytes to write instead of a document.
const std::string* BytesOf(const Arguments& arguments, const Found& found) {
  const v1::Message& message = found.front().message();
  if (arguments.Has("raw")) return &message.body();
  if (!arguments.Has("attachment")) return nullptr;
  return &FindAttachment(message, arguments.Get("attachment")).data();
}

void Print(Context& context, const Found& found) {
  if (const std::string* bytes = BytesOf(context.arguments, found)) {
    const std::string out = context.arguments.Get("out", "-");
    return out == "-" ? Output::Write(*bytes) : WriteTo(out, *bytes);
  }
  if (context.output.mode() != OutputMode::kJsonl) {
    return context.output.Print(ResultOf(found));
  }
  for (const v1::GetResponse& one : found) {
    context.output.Print({MessageLine(one.message(), one.box(), true), {}, {}});
  }
}

void MarkRead(Context& context, const Found& found) {
  v1::MarkRequest request;
  request.set_read(true);
  for (const v1::GetResponse& one : found) {
    if (one.box() == v1::BOX_INBOX && !one.message().read()) {
      request.add_ids(one.message().id());
    }
  }
  if (request.ids().empty()) return;
  context.client->BeginOperation();
  context.client->Mark(request);
}

}  // namespace

int CmdRead(Context& context) {
  const std::vector<int64_t> ids = IdsOf(context.arguments);
  CheckExclusive(context.arguments, "raw", "attachment");
  bool bytes = false;
  for (const char* option : {"raw", "attachment"}) {
    if (!context.arguments.Has(option)) continue;
    bytes = true;
    if (ids.size() != 1)
      throw Usage(std::string("--") + option + " takes one ID");
  }
  if (context.arguments.Has("out") && !bytes) {
    throw Usage("--out needs --attachment or --raw");
  }
  if (context.arguments.Get("out", "-").empty()) {
    throw Usage("--out needs the name of a file, or - for stdout");
  }
  const Found found = FetchAll(context, ids);
  Print(context, found);
  if (!context.arguments.Has("peek")) MarkRead(context, found);
  return kExitOk;
}

}  // namespace turbo::ctl

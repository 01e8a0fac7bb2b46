#include "tmctl/tray/tray.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>

#include "tmctl/base/failure.h"
#include "tmctl/config/parse.h"
#include "tmctl/output/table.h"
#include "tmctl/tray/cursor_file.h"

namespace turbo::ctl {
namespace {

constexpr size_t kDefaultLimit = 100;
constexpr size_t kNoLimit = std::numeric_limits<size_t>::max();
constexpr size_t kMaxPage = 1000;  // the server's

using Messages = std::vector<v1::Message>;

// A listing's end: where a later one goes on, and whether this one is whole.
struct End {
  std::string cursor;
  bool truncated = false;
};

void SetTime(const Arguments& arguments, const std::string& option,
             google::protobuf::Timestamp* timestamp) {
  const auto time = ParseTime(arguments.Get(option), Now());
  if (!time) {
    throw Usage("--" + option + ": '" + arguments.Get(option) +
                "' is not a time such as 2026-05-04T12:00:00Z, 2026-05-04 or "
                "2h");
  }
  const auto since = time->time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  timestamp->set_seconds(seconds.count());
  timestamp->set_nanos(
      static_cast<int32_t>((since - seconds).count() * 1000000));
}

size_t LimitOf(const Context& context) {
  const Arguments& arguments = context.arguments;
  CheckExclusive(arguments, "all", "limit");
  if (arguments.Has("limit")) {
    const auto limit = ParseNumber(arguments.Get("limit"));
    if (!limit || *limit < 1) {
      throw Usage("--limit: '" + arguments.Get("limit") +
                  "' is not a number from 1 on");
    }
    return static_cast<size_t>(*limit);
  }
  const bool whole =
      arguments.Has("all") || context.output.mode() == OutputMode::kJsonl;
  return whole ? kNoLimit : kDefaultLimit;
}

// Fetches page after page and hands each to `take` with the cursor after it.
// One message more than the limit is asked for, to know whether there is one.
End Fetch(Client& client, v1::ListRequest request, size_t limit,
          const std::function<void(Messages, const std::string&)>& take) {
  End end;
  for (;;) {
    request.set_page_size(
        static_cast<int32_t>(limit < kMaxPage ? limit + 1 : kMaxPage));
    client.BeginOperation();
    v1::ListResponse page = client.List(request);
    Messages messages(page.messages().begin(), page.messages().end());
    end.truncated = messages.size() > limit;
    if (end.truncated) messages.resize(limit);
    if (end.truncated && request.oldest_first()) {
      if (!messages.empty()) end.cursor = messages.back().cursor();
    } else if (request.oldest_first() || request.page_token().empty()) {
      end.cursor = page.cursor();
    }
    if (limit != kNoLimit) limit -= messages.size();
    take(std::move(messages), end.cursor);
    if (end.truncated || page.next_page_token().empty()) return end;
    request.set_page_token(page.next_page_token());
  }
}

int PrintCount(Context& context, const v1::ListRequest& request) {
  int64_t count = 0;
  if (request.has_cursor()) {
    Fetch(*context.client, request, kNoLimit,
          [&](const Messages& messages, const std::string&) {
            count += static_cast<int64_t>(messages.size());
          });
  } else {
    v1::CountRequest count_request;
    count_request.set_box(request.box());
    *count_request.mutable_filter() = request.filter();
    count = context.client->Count(count_request).count();
  }
  const std::string number = std::to_string(count);
  context.output.Print({CountDocument(request.box(), count), {number}, [&] {
                          return number + "\n";
                        }});
  return kExitOk;
}

int AnswerExists(Context& context, const v1::ListRequest& request) {
  const End end = Fetch(*context.client, request, 0,
                        [](const Messages&, const std::string&) {});
  return end.truncated ? kExitOk : kExitNo;
}

Result ResultOf(const Messages& messages, const v1::ListRequest& request,
                const End& end) {
  Result result;
  Json array = Json::array();
  for (const v1::Message& message : messages) {
    array.push_back(MessageJson(message, request.box(), request.with_body()));
    result.ids.push_back(std::to_string(message.id()));
  }
  result.document =
      TrayDocument(request.box(), std::move(array), end.truncated, end.cursor);
  result.text = [&messages, box = request.box()] {
    return TrayTable(messages, box, TableStyle::OfStdout());
  };
  return result;
}

void PrintLines(const Context& context, const Messages& messages,
                const v1::ListRequest& request) {
  if (context.output.quiet()) return;
  std::string lines;
  for (const v1::Message& message : messages) {
    lines += ToLine(MessageLine(message, request.box(), request.with_body()));
  }
  Output::Write(lines);
}

int PrintTray(Context& context, const v1::ListRequest& request, size_t limit,
              CursorFile* file) {
  if (context.output.mode() == OutputMode::kJsonl) {
    Fetch(*context.client, request, limit,
          [&](const Messages& messages, const std::string& cursor) {
            PrintLines(context, messages, request);
            if (file != nullptr) file->Move(cursor);
          });
    return kExitOk;
  }
  Messages all;
  const End end = Fetch(*context.client, request, limit,
                        [&](Messages messages, const std::string&) {
                          std::move(messages.begin(), messages.end(),
                                    std::back_inserter(all));
                        });
  context.output.Print(ResultOf(all, request, end));
  if (end.truncated && context.output.mode() == OutputMode::kTable) {
    context.output.Warn("truncated", "there are more: --all lists them");
  }
  if (file != nullptr) file->Move(end.cursor);
  return kExitOk;
}

}  // namespace

v1::Filter FilterOf(const Arguments& arguments) {
  CheckExclusive(arguments, "read", "unread");
  v1::Filter filter;
  if (arguments.Has("read")) filter.set_read(true);
  if (arguments.Has("unread")) filter.set_read(false);
  filter.set_from(CheckText(arguments.Get("from"), "--from"));
  filter.set_to(CheckText(arguments.Get("to"), "--to"));
  filter.set_subject(CheckText(arguments.Get("subject"), "--subject"));
  if (arguments.Has("since")) {
    SetTime(arguments, "since", filter.mutable_since());
  }
  if (arguments.Has("until")) {
    SetTime(arguments, "until", filter.mutable_until());
  }
  if (arguments.Has("in-reply-to")) {
    filter.set_in_reply_to(IdOf(arguments, "in-reply-to"));
  }
  for (const auto& [key, value] : LabelsOf(arguments)) {
    (*filter.mutable_labels())[key] = value;
  }
  return filter;
}

int ListTray(Context& context, v1::Box box) {
  const Arguments& arguments = context.arguments;
  CheckExclusive(arguments, "cursor", "cursor-file");
  CheckExclusive(arguments, "count", "exists");
  CheckExclusive(arguments, "count", "limit");
  v1::ListRequest request;
  request.set_box(box);
  *request.mutable_filter() = FilterOf(arguments);
  request.set_oldest_first(arguments.Has("reverse"));
  const size_t limit = LimitOf(context);
  const bool asks = arguments.Has("count") || arguments.Has("exists");
  request.set_with_body(arguments.Has("body") && !asks);

  std::optional<CursorFile> file;
  if (arguments.Has("cursor-file")) {
    file.emplace(arguments.Get("cursor-file"));
    request.set_cursor(file->content());
  } else if (arguments.Has("cursor")) {
    request.set_cursor(CheckText(arguments.Get("cursor"), "the cursor"));
  }
  if (request.has_cursor()) request.set_oldest_first(true);
  if (arguments.Has("count")) return PrintCount(context, request);
  if (arguments.Has("exists")) return AnswerExists(context, request);
  return PrintTray(context, request, limit, file ? &*file : nullptr);
}

}  // namespace turbo::ctl

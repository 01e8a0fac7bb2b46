#include <algorithm>
#include <string>
#include <vector>

#include "tests/fuzz/targets.h"
#include "tmctl/base/text.h"
#include "tmctl/output/documents.h"
#include "tmctl/output/output.h"
#include "tmctl/output/table.h"

namespace turbo::fuzz {
namespace {

namespace v1 = turbomessage::v1;

void RequireLine(const ctl::Json& json) {
  const std::string line = ctl::ToLine(json);
  Require(IsTame(line), "JSON is harmless", line);
  Require(line.find('\n') == line.size() - 1, "JSON is one line", line);
}

void RequireLines(const std::string& table, size_t count) {
  Require(IsTame(table), "a table is harmless", table);
  Require(static_cast<size_t>(std::count(table.begin(), table.end(), '\n')) ==
              count,
          "every row is one line", table);
}

}  // namespace

// Whatever a server answers: the input is a ListResponse.
void Show(std::string_view input) {
  v1::ListResponse response;
  response.ParseFromArray(input.data(), static_cast<int>(input.size()));
  const std::vector<v1::Message> messages(response.messages().begin(),
                                          response.messages().end());
  for (const v1::Box box : {v1::BOX_INBOX, v1::BOX_OUTBOX}) {
    for (const size_t width : {0, 30}) {
      RequireLines(ctl::TrayTable(messages, box, {width, false}),
                   messages.empty() ? 0 : messages.size() + 1);
    }
    for (const v1::Message& message : messages) {
      RequireLine(ctl::MessageLine(message, box, true));
    }
  }
  for (const v1::Message& message : messages) {
    const std::string text = ctl::MessageText(message, {});
    Require(IsTame(text), "a message is harmless", text);
    const std::string head = text.substr(0, text.find("\n\n"));
    const auto lines = std::count(head.begin(), head.end(), '\n');
    Require(static_cast<size_t>(lines) <=
                6u + message.labels_size() + message.attachments_size(),
            "every header is one line", text);
    ctl::Failure failure("internal", message.subject(), message.from());
    failure.users = {message.from()};
    failure.key = message.cursor();
    RequireLine(ctl::ErrorDocument(failure));
    v1::Token token;
    token.set_name(message.subject());
    *token.mutable_expires_at() = message.expires_at();
    *token.mutable_last_used_at() = message.read_at();
    RequireLines(ctl::TokenTable({token}), 2);
    RequireLines(ctl::TokenText(token), 1);
  }
}

}  // namespace turbo::fuzz

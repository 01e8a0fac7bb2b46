#include "tmctl/output/table.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "tmctl/base/text.h"
#include "tmctl/base/units.h"
#include "tmctl/output/documents.h"

namespace turbo::ctl {
namespace {

namespace v1 = ::turbomessage::v1;

constexpr size_t kMaxPeer = 20;
constexpr size_t kMinSubject = 10;

// One message as the table shows it.
struct Row {
  std::string mark;
  std::string id;
  std::string date;
  std::string peer;
  std::string subject;
};

std::string RecipientsOf(const v1::Message& message) {
  std::string names;
  for (const v1::Recipient& recipient : message.recipients()) {
    names += (names.empty() ? "" : ", ") + recipient.user();
  }
  return names;
}

Row RowOf(const v1::Message& message, v1::Box box) {
  return {
      message.read() ? " " : "*", std::to_string(message.id()),
      DateText(message.sent_at()),
      Harmless(box == v1::BOX_OUTBOX ? RecipientsOf(message) : message.from()),
      Harmless(message.subject())};
}

std::string Bold(const std::string& text, bool on) {
  return on ? "\x1b[1m" + text + "\x1b[0m" : text;
}

std::string WithoutTrailingSpaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// Lays rows out in columns that are as wide as what stands in them.
class Layout {
 public:
  Layout(const std::vector<Row>& rows, size_t width) : width_(width) {
    for (const Row& row : rows) {
      id_ = std::max(id_, row.id.size());
      date_ = std::max(date_, row.date.size());
      peer_ = std::max(peer_, std::min(kMaxPeer, WidthOf(row.peer)));
    }
  }

  std::string Line(const Row& row) const {
    std::string line = row.mark + " " +
                       std::string(id_ - std::min(id_, row.id.size()), ' ') +
                       row.id + "  " + FitTo(row.date, date_) + "  " +
                       FitTo(row.peer, peer_) + "  ";
    const size_t used = WidthOf(line);
    if (width_ == 0) return line + row.subject;
    return line + FitTo(row.subject,
                        std::max(kMinSubject, width_ - std::min(width_, used)));
  }

 private:
  size_t width_;
  size_t id_ = 0;
  size_t date_ = 0;
  size_t peer_ = 0;
};

// When a token ends, as words.
std::string EndOf(const v1::Token& token) {
  if (!token.has_expires_at()) return "never";
  return DateText(token.expires_at()) +
         (TimeOf(token.expires_at()) <= Now() ? " (expired)" : "");
}

std::string Header(const std::string& name, const std::string& value) {
  return name + ": " + Harmless(value) + "\n";
}

}  // namespace

TableStyle TableStyle::OfStdout() {
  TableStyle style;
  if (!isatty(STDOUT_FILENO)) return style;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) style.width = size.ws_col;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  style.colour = (no_color == nullptr || *no_color == '\0') &&
                 term != nullptr && std::strcmp(term, "dumb") != 0;
  return style;
}

std::string TrayTable(const std::vector<v1::Message>& messages, v1::Box box,
                      const TableStyle& style) {
  if (messages.empty()) return {};
  std::vector<Row> rows{
      {" ", "ID", "DATE", box == v1::BOX_OUTBOX ? "TO" : "FROM", "SUBJECT"}};
  for (const v1::Message& message : messages) {
    rows.push_back(RowOf(message, box));
  }
  const Layout layout(rows, style.width);
  std::string table;
  for (const Row& row : rows) {
    const std::string line = WithoutTrailingSpaces(layout.Line(row));
    table += Bold(line, style.colour && row.mark == "*") + "\n";
  }
  return table;
}

std::string MessageText(const v1::Message& message, const TableStyle& style) {
  std::string text =
      Bold("Message " + std::to_string(message.id()), style.colour) + "\n";
  text += Header("From", message.from());
  text += Header("To", RecipientsOf(message));
  text += Header("Date", DateText(message.sent_at()));
  text += Header("Subject", message.subject());
  std::vector<std::pair<std::string, std::string>> labels(
      message.labels().begin(), message.labels().end());
  std::sort(labels.begin(), labels.end());
  for (const auto& [key, value] : labels) {
    text += Header("Label", key + "=" + value);
  }
  if (message.in_reply_to() != 0) {
    text += Header("Reply to", std::to_string(message.in_reply_to()));
  }
  if (message.has_expires_at()) {
    text += Header("Expires", DateText(message.expires_at()));
  }
  for (const v1::Attachment& attachment : message.attachments()) {
    text += Header("Attached",
                   attachment.name() + " (" + attachment.media_type() + ", " +
                       std::to_string(attachment.size()) + " bytes)");
  }
  text += "\n" + Harmless(message.body(), "\n\t");
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

std::string TokenTable(const std::vector<v1::Token>& tokens) {
  if (tokens.empty()) return {};
  std::vector<std::vector<std::string>> rows{
      {"NAME", "SCOPE", "EXPIRES", "LAST USED"}};
  for (const v1::Token& token : tokens) {
    rows.push_back(
        {Harmless(token.name()), NameOf(token.scope()), EndOf(token),
         token.has_last_used_at() ? DateText(token.last_used_at()) : "never"});
  }
  return TextTable(rows);
}

std::string DateText(const google::protobuf::Timestamp& time) {
  return FormatLocal(TimeOf(time));
}

std::string TextTable(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], WidthOf(row[i]));
    }
  }
  std::string table;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += FitTo(row[i], widths[i]) + "  ";
    }
    table += WithoutTrailingSpaces(line) + "\n";
  }
  return table;
}

std::string TokenText(const v1::Token& token) {
  return Harmless(token.name()) + ": scope " + NameOf(token.scope()) +
         ", expires " + EndOf(token) + "\n";
}

}  // namespace turbo::ctl

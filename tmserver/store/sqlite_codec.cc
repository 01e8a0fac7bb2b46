#include "tmserver/store/sqlite_codec.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace turbo::store {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

// Everything that separates, and what would make the text hard to read.
bool NeedsEscape(char c) {
  return c == '%' || c == '&' || c == '=' ||
         static_cast<unsigned char>(c) < ' ';
}

void AppendEscaped(const std::string& text, std::string* out) {
  for (const char c : text) {
    if (!NeedsEscape(c)) {
      *out += c;
      continue;
    }
    *out += '%';
    *out += kDigits[static_cast<unsigned char>(c) >> 4];
    *out += kDigits[static_cast<unsigned char>(c) & 0x0f];
  }
}

std::string Unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(kDigits.find(text[i + 1]) * 16 +
                               kDigits.find(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// Calls `part` for each part of `text` between separators.
template <class Part>
void Split(std::string_view text, char separator, Part part) {
  while (!text.empty()) {
    const size_t end = text.find(separator);
    part(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

int64_t ToColumn(mail::Time time) { return time.time_since_epoch().count(); }

mail::Time ToTime(int64_t column) { return mail::Time(mail::Duration(column)); }

std::optional<mail::Time> ToTime(std::optional<int64_t> column) {
  return column ? std::optional(ToTime(*column)) : std::nullopt;
}

int64_t ToLimit(size_t limit) {
  constexpr size_t kMost = std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(std::min(limit, kMost));
}

int64_t ToColumn(mail::Box box) { return box == mail::Box::kInbox ? 0 : 1; }

int64_t ToColumn(mail::Scope scope) {
  switch (scope) {
    case mail::Scope::kSend:
      return 0;
    case mail::Scope::kRead:
      return 1;
    case mail::Scope::kFull:
      break;
  }
  return 2;
}

mail::Scope ToScope(int64_t column) {
  if (column == 2) return mail::Scope::kFull;
  return column == 1 ? mail::Scope::kRead : mail::Scope::kSend;
}

int64_t ToColumn(mail::Role role) { return role == mail::Role::kAdmin ? 1 : 0; }

mail::Role ToRole(int64_t column) {
  return column == 1 ? mail::Role::kAdmin : mail::Role::kUser;
}

std::optional<int64_t> ToColumn(std::optional<mail::Duration> duration) {
  return duration ? std::optional(duration->count()) : std::nullopt;
}

std::optional<int64_t> ToColumn(std::optional<mail::Time> time) {
  return time ? std::optional(ToColumn(*time)) : std::nullopt;
}

std::string ToColumn(const std::vector<std::string>& users) {
  std::string column;
  for (const std::string& user : users) {
    if (!column.empty()) column += ',';
    column += user;
  }
  return column;
}

std::vector<std::string> ToUsers(const std::string& column) {
  std::vector<std::string> users;
  Split(column, ',', [&](std::string_view user) { users.emplace_back(user); });
  return users;
}

std::optional<std::string> ToColumn(const mail::Labels& labels) {
  if (labels.empty()) return std::nullopt;
  std::string column;
  for (const auto& [key, value] : labels) {
    if (!column.empty()) column += '&';
    AppendEscaped(key, &column);
    column += '=';
    AppendEscaped(value, &column);
  }
  return column;
}

mail::Labels ToLabels(const std::string& column) {
  mail::Labels labels;
  Split(column, '&', [&](std::string_view label) {
    const size_t equals = label.find('=');
    labels[Unescaped(label.substr(0, equals))] =
        Unescaped(label.substr(equals + 1));
  });
  return labels;
}

std::optional<std::string> ToColumn(
    const std::vector<mail::Attachment>& attachments) {
  if (attachments.empty()) return std::nullopt;
  std::string column;
  for (const mail::Attachment& attachment : attachments) {
    if (!column.empty()) column += '&';
    AppendEscaped(attachment.name, &column);
    column += '=';
    AppendEscaped(attachment.media_type, &column);
    column += '=' + std::to_string(attachment.size);
  }
  return column;
}

std::vector<mail::Attachment> ToAttachments(const std::string& column) {
  std::vector<mail::Attachment> attachments;
  Split(column, '&', [&](std::string_view text) {
    std::vector<std::string_view> fields;
    Split(text, '=', [&](std::string_view field) { fields.push_back(field); });
    if (fields.size() != 3) return;
    attachments.push_back({Unescaped(fields[0]), Unescaped(fields[1]),
                           std::stoll(std::string(fields[2])), ""});
  });
  return attachments;
}

}  // namespace turbo::store

#include "tmctl/output/documents.h"

#include <absl/strings/escaping.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>

#include "tmctl/base/text.h"

namespace turbo::ctl {
namespace {

using google::protobuf::Timestamp;

Json RecipientsJson(const v1::Message& message) {
  Json recipients = Json::array();
  for (const v1::Recipient& recipient : message.recipients()) {
    recipients.push_back(
        {{"user", recipient.user()},
         {"read_at", TimeJson(recipient.has_read_at(), recipient.read_at())}});
  }
  return recipients;
}

// The fields of `message` in the order in which the manual lists them.
void AddMessage(const v1::Message& message, v1::Box box, bool with_body,
                Json& json) {
  json["id"] = message.id();
  json["from"] = message.from();
  json["to"] = Json::array();
  for (const v1::Recipient& recipient : message.recipients()) {
    json["to"].push_back(recipient.user());
  }
  json["subject"] = message.subject();
  json["body"] = nullptr;
  json["body_base64"] = nullptr;
  if (with_body && IsUtf8(message.body())) {
    json["body"] = message.body();
  } else if (with_body) {
    json["body_base64"] = absl::Base64Escape(message.body());
  }
  json["sent_at"] = TimeJson(message.has_sent_at(), message.sent_at());
  json["read"] = message.read();
  json["read_at"] = TimeJson(message.has_read_at(), message.read_at());
  json["labels"] = Json::object();
  // In a stable order, which a protobuf map has not.
  std::map<std::string, std::string> labels(message.labels().begin(),
                                            message.labels().end());
  for (const auto& [key, value] : labels) json["labels"][key] = value;
  json["attachments"] = Json::array();
  for (const v1::Attachment& attachment : message.attachments()) {
    json["attachments"].push_back({{"name", attachment.name()},
                                   {"media_type", attachment.media_type()},
                                   {"size", attachment.size()}});
  }
  json["in_reply_to"] =
      message.in_reply_to() == 0 ? Json(nullptr) : Json(message.in_reply_to());
  json["expires_at"] = TimeJson(message.has_expires_at(), message.expires_at());
  if (box == v1::BOX_OUTBOX) json["recipients"] = RecipientsJson(message);
}

Json TextOrNull(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

const char* AuthName(v1::Auth auth) {
  switch (auth) {
    case v1::AUTH_LOGIN:
      return "login";
    case v1::AUTH_TOKEN:
      return "token";
    default:
      return "unknown";
  }
}

void AddToken(const v1::Token& token, const std::string& secret, Json& json) {
  json["name"] = token.name();
  json["scope"] = NameOf(token.scope());
  json["expires_at"] = TimeJson(token.has_expires_at(), token.expires_at());
  json["last_used_at"] =
      TimeJson(token.has_last_used_at(), token.last_used_at());
  json["token"] = TextOrNull(secret);
}

}  // namespace

Time TimeOf(const Timestamp& time) {
  using google::protobuf::util::TimeUtil;
  const int64_t seconds =
      std::clamp(time.seconds(), TimeUtil::kTimestampMinSeconds,
                 TimeUtil::kTimestampMaxSeconds);
  const int32_t nanos = std::clamp(time.nanos(), 0, 999'999'999);
  return Time(Milliseconds(seconds * 1000 + nanos / 1'000'000));
}

Json TimeJson(bool present, const Timestamp& time) {
  if (!present) return nullptr;
  return FormatTime(TimeOf(time));
}

const char* NameOf(v1::Box box) {
  return box == v1::BOX_OUTBOX ? "outbox" : "inbox";
}

const char* NameOf(v1::Scope scope) {
  switch (scope) {
    case v1::SCOPE_FULL:
      return "full";
    case v1::SCOPE_READ:
      return "read";
    case v1::SCOPE_SEND:
      return "send";
    default:
      return "unknown";
  }
}

Json Document(const std::string& name) {
  Json document = Json::object();
  // What grows copies all that it has.
  constexpr size_t kFields = 16;
  document.get_ref<Json::object_t&>().reserve(kFields);
  document["schema"] = "turbomessage." + name + "/1";
  return document;
}

Json MessageJson(const v1::Message& message, v1::Box box, bool with_body) {
  Json json = Json::object();
  AddMessage(message, box, with_body, json);
  return json;
}

Json MessageLine(const v1::Message& message, v1::Box box, bool with_body) {
  Json line = Document("message");
  line["box"] = NameOf(box);
  line["cursor"] = message.cursor();
  AddMessage(message, box, with_body, line);
  return line;
}

Json TrayDocument(v1::Box box, Json messages, bool truncated,
                  const std::string& next_cursor) {
  Json tray = Document("tray");
  const size_t count = messages.size();
  tray["box"] = NameOf(box);
  tray["messages"] = std::move(messages);
  tray["count"] = count;
  tray["truncated"] = truncated;
  tray["next_cursor"] = next_cursor;
  return tray;
}

Json ReadDocument(Json messages) {
  Json read = Document("read");
  read["messages"] = std::move(messages);
  return read;
}

Json CountDocument(v1::Box box, int64_t count) {
  Json document = Document("count");
  document["box"] = NameOf(box);
  document["count"] = count;
  return document;
}

Json SentDocument(const v1::SendResponse& sent, const std::string& key,
                  bool queued) {
  Json document = Document("sent");
  document["id"] = sent.id() == 0 ? Json(nullptr) : Json(sent.id());
  document["to"] = sent.to();
  document["sent_at"] =
      TimeJson(sent.id() != 0 && sent.has_sent_at(), sent.sent_at());
  document["key"] = key;
  document["duplicate"] = sent.duplicate();
  document["queued"] = queued;
  return document;
}

Json QueueEntryJson(const SpoolEntry& entry, const std::string& state,
                    int64_t id) {
  Json json;
  json["key"] = entry.key();
  json["to"] = entry.request.to();
  json["subject"] = entry.request.subject();
  json["user"] = TextOrNull(entry.user);
  json["server"] = TextOrNull(entry.server);
  json["profile"] = entry.profile;
  json["state"] = state;
  json["queued_at"] = FormatTime(entry.queued_at);
  json["expires_at"] =
      entry.expires_at ? Json(FormatTime(*entry.expires_at)) : Json(nullptr);
  json["attempts"] = entry.attempts;
  json["next_attempt_at"] = state == "waiting"
                                ? Json(FormatTime(entry.next_attempt_at))
                                : Json(nullptr);
  json["last_code"] = TextOrNull(entry.last_code);
  json["last_error"] = TextOrNull(entry.last_error);
  json["id"] = id == 0 ? Json(nullptr) : Json(id);
  return json;
}

Json ChangedDocument(v1::Box box, const std::vector<int64_t>& ids,
                     const std::vector<int64_t>& missing) {
  Json document = Document("changed");
  document["box"] = NameOf(box);
  document["ids"] = ids;
  document["missing"] = missing;
  return document;
}

Json SessionDocument(const v1::Session& session, const std::string& server) {
  Json document = Document("session");
  document["user"] = session.user();
  document["server"] = server;
  document["auth"] = AuthName(session.auth());
  document["scope"] = NameOf(session.scope());
  document["expires_at"] =
      TimeJson(session.has_expires_at(), session.expires_at());
  return document;
}

Json TokenDocument(const v1::Token& token, const std::string& secret) {
  Json document = Document("token");
  AddToken(token, secret, document);
  return document;
}

Json TokensDocument(const std::vector<v1::Token>& tokens) {
  Json document = Document("tokens");
  document["tokens"] = Json::array();
  for (const v1::Token& token : tokens) {
    AddToken(token, "", document["tokens"].emplace_back(Json::object()));
  }
  return document;
}

Json ErrorDocument(const Failure& failure) {
  Json document = Document("error");
  document["code"] = failure.code;
  document["exit"] = failure.Exit();
  document["retryable"] = failure.Retryable();
  document["retry_after_ms"] =
      failure.retry_after_ms ? Json(*failure.retry_after_ms) : Json(nullptr);
  document["outcome"] = failure.outcome_unknown ? "unknown" : "none";
  document["key"] = TextOrNull(failure.key);
  document["users"] = failure.users;
  document["ids"] = failure.ids;
  document["message"] = failure.message;
  document["hint"] = TextOrNull(failure.hint);
  if (failure.line) document["line"] = *failure.line;
  return document;
}

Json WarningDocument(const std::string& code, const std::string& message) {
  Json document = Document("warning");
  document["code"] = code;
  document["message"] = message;
  return document;
}

}  // namespace turbo::ctl

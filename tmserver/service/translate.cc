#include "tmserver/service/translate.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "tmserver/mail/draft.h"

namespace turbo::service {
namespace {

using google::protobuf::util::TimeUtil;
using mail::ErrorCode;

constexpr size_t kDefaultPage = 100;
constexpr size_t kLargestPage = 1000;

template <class Map>
mail::Labels LabelsOf(const Map& labels) {
  return {labels.begin(), labels.end()};
}

mail::Attachment FromProto(v1::Attachment attachment) {
  const std::string& type = attachment.media_type();
  return {std::move(*attachment.mutable_name()),
          type.empty() ? "application/octet-stream" : type,
          static_cast<int64_t>(attachment.data().size()),
          std::move(*attachment.mutable_data())};
}

mail::Time TimeOf(const google::protobuf::Timestamp& time) {
  return mail::Time(mail::Duration(TimeUtil::TimestampToMilliseconds(time)));
}

}  // namespace

mail::Result<mail::Box> FromProto(v1::Box box) {
  if (box == v1::BOX_INBOX) return mail::Box::kInbox;
  if (box == v1::BOX_OUTBOX) return mail::Box::kOutbox;
  return mail::Fail(ErrorCode::kInvalidArgument,
                    "the box must be the inbox or the outbox");
}

mail::Result<mail::Time> FromProto(const google::protobuf::Timestamp& time) {
  if (time.seconds() < TimeUtil::kTimestampMinSeconds ||
      time.seconds() > TimeUtil::kTimestampMaxSeconds || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    return mail::Fail(ErrorCode::kInvalidArgument,
                      "a time must lie between the years 1 and 9999");
  }
  const auto fraction =
      std::chrono::ceil<mail::Duration>(std::chrono::nanoseconds(time.nanos()));
  return mail::Time(std::chrono::seconds(time.seconds()) + fraction);
}

mail::Result<mail::Duration> FromProto(
    const google::protobuf::Duration& duration) {
  constexpr auto kMost = TimeUtil::kDurationMaxSeconds;
  if (duration.seconds() < -kMost || duration.seconds() > kMost ||
      std::abs(int64_t{duration.nanos()}) > 999'999'999) {
    return mail::Fail(ErrorCode::kInvalidArgument,
                      "a duration is at most 10000 years");
  }
  return std::chrono::seconds(duration.seconds()) +
         std::chrono::ceil<mail::Duration>(
             std::chrono::nanoseconds(duration.nanos()));
}

mail::Result<std::optional<mail::Duration>> FromProto(
    bool present, const google::protobuf::Duration& duration) {
  if (!present) return std::nullopt;
  return FromProto(duration).map(
      [](mail::Duration d) { return std::optional(d); });
}

mail::Result<mail::Scope> FromProto(v1::Scope scope) {
  if (scope == v1::SCOPE_SEND) return mail::Scope::kSend;
  if (scope == v1::SCOPE_READ) return mail::Scope::kRead;
  if (scope == v1::SCOPE_FULL) return mail::Scope::kFull;
  return mail::Fail(ErrorCode::kInvalidArgument,
                    "the scope must be send, read or full");
}

mail::Result<mail::Filter> FromProto(const v1::Filter& filter) {
  mail::Filter result;
  if (filter.has_read()) result.read = filter.read();
  result.from = filter.from();
  result.to = filter.to();
  result.subject = filter.subject();
  result.labels = LabelsOf(filter.labels());
  if (filter.in_reply_to() != 0) result.in_reply_to = filter.in_reply_to();
  if (filter.has_since()) {
    const auto since = FromProto(filter.since());
    if (!since) return tl::unexpected(since.error());
    result.since = *since;
  }
  if (filter.has_until()) {
    const auto until = FromProto(filter.until());
    if (!until) return tl::unexpected(until.error());
    result.until = *until;
  }
  return result;
}

mail::Result<size_t> LimitOf(int32_t page_size) {
  if (page_size < 0) {
    return mail::Fail(ErrorCode::kInvalidArgument,
                      "the page size can't be negative");
  }
  if (page_size == 0) return kDefaultPage;
  return std::min(static_cast<size_t>(page_size), kLargestPage);
}

mail::Draft DraftOf(v1::SendRequest& request) {
  mail::Draft draft;
  draft.to = {request.to().begin(), request.to().end()};
  draft.subject = std::move(*request.mutable_subject());
  draft.body = std::move(*request.mutable_body());
  draft.labels = LabelsOf(request.labels());
  for (v1::Attachment& attachment : *request.mutable_attachments()) {
    // One too many is refused; a request has room for millions.
    if (draft.attachments.size() > mail::kMaxAttachments) break;
    draft.attachments.push_back(FromProto(std::move(attachment)));
  }
  if (request.in_reply_to() != 0) draft.in_reply_to = request.in_reply_to();
  if (request.has_ttl()) {
    // What is no duration is none that the rules allow.
    draft.ttl = FromProto(request.ttl()).value_or(mail::Duration(-1));
  }
  draft.keep_copy = !request.no_copy();
  return draft;
}

mail::SendOptions OptionsOf(const v1::SendRequest& request) {
  return {request.request_id(), request.once(), request.validate_only()};
}

v1::Box ToProto(mail::Box box) {
  return box == mail::Box::kInbox ? v1::BOX_INBOX : v1::BOX_OUTBOX;
}

google::protobuf::Timestamp ToProto(mail::Time time) {
  return TimeUtil::MillisecondsToTimestamp(time.time_since_epoch().count());
}

v1::Session ToProto(const mail::Caller& caller) {
  v1::Session session;
  session.set_user(caller.user);
  session.set_auth(caller.auth == mail::Auth::kLogin ? v1::AUTH_LOGIN
                                                     : v1::AUTH_TOKEN);
  session.set_scope(ToProto(caller.scope));
  if (caller.expires_at) {
    *session.mutable_expires_at() = ToProto(*caller.expires_at);
  }
  return session;
}

v1::Scope ToProto(mail::Scope scope) {
  switch (scope) {
    case mail::Scope::kSend:
      return v1::SCOPE_SEND;
    case mail::Scope::kRead:
      return v1::SCOPE_READ;
    case mail::Scope::kFull:
      break;
  }
  return v1::SCOPE_FULL;
}

v1::Token ToProto(const mail::AccessToken& token) {
  v1::Token result;
  result.set_name(token.name);
  result.set_scope(ToProto(token.scope));
  if (token.expires_at) {
    *result.mutable_expires_at() = ToProto(*token.expires_at);
  }
  if (token.used_at) *result.mutable_last_used_at() = ToProto(*token.used_at);
  return result;
}

v1::Message ToProto(mail::Message message) {
  v1::Message result;
  result.set_id(message.id);
  result.set_from(std::move(message.from));
  for (mail::Recipient& recipient : message.recipients) {
    v1::Recipient& to = *result.add_recipients();
    to.set_user(std::move(recipient.user));
    if (recipient.read_at) *to.mutable_read_at() = ToProto(*recipient.read_at);
  }
  result.set_subject(std::move(message.subject));
  result.set_body(std::move(message.body));
  result.mutable_labels()->insert(message.labels.begin(), message.labels.end());
  for (mail::Attachment& attachment : message.attachments) {
    v1::Attachment& added = *result.add_attachments();
    added.set_name(std::move(attachment.name));
    added.set_media_type(std::move(attachment.media_type));
    added.set_data(std::move(attachment.data));
    added.set_size(attachment.size);
  }
  result.set_in_reply_to(message.in_reply_to.value_or(0));
  *result.mutable_sent_at() = ToProto(message.sent_at);
  if (message.expires_at) {
    *result.mutable_expires_at() = ToProto(*message.expires_at);
  }
  result.set_read(message.read_at.has_value());
  if (message.read_at) *result.mutable_read_at() = ToProto(*message.read_at);
  return result;
}

mail::Message FromProto(v1::Message message, mail::Box box) {
  mail::Message result;
  result.id = message.id();
  result.box = box;
  result.from = std::move(*message.mutable_from());
  for (v1::Recipient& to : *message.mutable_recipients()) {
    auto& added = result.recipients.emplace_back();
    added.user = std::move(*to.mutable_user());
    if (to.has_read_at()) added.read_at = TimeOf(to.read_at());
  }
  result.subject = std::move(*message.mutable_subject());
  result.body = std::move(*message.mutable_body());
  result.labels = LabelsOf(message.labels());
  for (v1::Attachment& attachment : *message.mutable_attachments()) {
    result.attachments.push_back({std::move(*attachment.mutable_name()),
                                  std::move(*attachment.mutable_media_type()),
                                  attachment.size(),
                                  std::move(*attachment.mutable_data())});
  }
  if (message.in_reply_to() != 0) result.in_reply_to = message.in_reply_to();
  result.sent_at = TimeOf(message.sent_at());
  if (message.has_expires_at()) {
    result.expires_at = TimeOf(message.expires_at());
  }
  if (message.has_read_at()) result.read_at = TimeOf(message.read_at());
  return result;
}

v1::SendResponse ToProto(const mail::Sent& sent) {
  v1::SendResponse response;
  response.set_id(sent.id);
  *response.mutable_sent_at() = ToProto(sent.sent_at);
  *response.mutable_to() = {sent.to.begin(), sent.to.end()};
  response.set_duplicate(sent.duplicate);
  return response;
}

v1::MarkResponse MarkResponseOf(const mail::Changed& changed) {
  v1::MarkResponse response;
  *response.mutable_changed_ids() = {changed.ids.begin(), changed.ids.end()};
  *response.mutable_missing_ids() = {changed.missing.begin(),
                                     changed.missing.end()};
  return response;
}

v1::DeleteResponse DeleteResponseOf(const mail::Changed& changed) {
  v1::DeleteResponse response;
  *response.mutable_deleted_ids() = {changed.ids.begin(), changed.ids.end()};
  *response.mutable_missing_ids() = {changed.missing.begin(),
                                     changed.missing.end()};
  return response;
}

}  // namespace turbo::service

// Between the messages of turbomessage.v1 and the mail's own types.
#ifndef TMSERVER_SERVICE_TRANSLATE_H_
#define TMSERVER_SERVICE_TRANSLATE_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "tmserver/mail/accounts.h"
#include "tmserver/mail/error.h"
#include "tmserver/mail/mailbox.h"
#include "tmserver/mail/types.h"
#include "turbomessage/v1/accounts.pb.h"
#include "turbomessage/v1/mail.pb.h"
#include "turbomessage/v1/tokens.pb.h"

namespace turbo::service {

namespace v1 = turbomessage::v1;

// --- From the wire. All kInvalidArgument for what has no meaning. ---

// Unspecified has none.
mail::Result<mail::Box> FromProto(v1::Box box);

// The first millisecond that is not before `time`.
mail::Result<mail::Time> FromProto(const google::protobuf::Timestamp& time);

// Whole milliseconds, rounded up.
mail::Result<mail::Duration> FromProto(
    const google::protobuf::Duration& duration);

// The same for one that may be absent.
mail::Result<std::optional<mail::Duration>> FromProto(
    bool present, const google::protobuf::Duration& duration);

// Unspecified has none.
mail::Result<mail::Scope> FromProto(v1::Scope scope);

mail::Result<mail::Filter> FromProto(const v1::Filter& filter);

// How many messages a page of this size has at most.
mail::Result<size_t> LimitOf(int32_t page_size);

// What a request says and how it is asked for; body and attachments leave the
// request.
mail::Draft DraftOf(v1::SendRequest& request);
mail::SendOptions OptionsOf(const v1::SendRequest& request);

template <class Ids>
std::vector<mail::MessageId> IdsOf(const Ids& ids) {
  return {ids.begin(), ids.end()};
}

// --- To the wire. ---

v1::Box ToProto(mail::Box box);
google::protobuf::Timestamp ToProto(mail::Time time);
v1::Session ToProto(const mail::Caller& caller);
v1::Scope ToProto(mail::Scope scope);
v1::Token ToProto(const mail::AccessToken& token);
v1::Message ToProto(mail::Message message);
mail::Message FromProto(v1::Message message, mail::Box box);  // and back
v1::SendResponse ToProto(const mail::Sent& sent);
v1::MarkResponse MarkResponseOf(const mail::Changed& changed);
v1::DeleteResponse DeleteResponseOf(const mail::Changed& changed);

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_TRANSLATE_H_

// One send that waits in the spool, as it is kept in its file.
#ifndef TMCTL_SPOOL_SPOOL_ENTRY_H_
#define TMCTL_SPOOL_SPOOL_ENTRY_H_

#include <optional>
#include <string>
#include <string_view>

#include "tmctl/base/failure.h"
#include "tmctl/base/units.h"
#include "turbomessage/v1/mail.pb.h"

namespace turbo::ctl {

// All that a later attempt takes, but no secret: the token is found anew.
struct SpoolEntry {
  std::string server;  // as --server takes it; empty: the profile's
  std::string profile;
  // Whose send it is. Where that isn't known, the mark of the token that it was
  // to be sent with (MarkOf) stands in; at most one of both is set. Neither is
  // where nobody was logged in: then it is the send of who will be.
  std::string user;
  std::string token_mark;
  // Its recipient is an address that has yet to pass through the aliases; see
  // SendToAddress.
  bool is_mail = false;
  Time queued_at;
  std::optional<Time> expires_at;  // by its ttl; not sent from then on
  int attempts = 0;
  Time next_attempt_at;
  std::string last_code;   // of the failure of the last attempt; may be empty
  std::string last_error;  // its sentence
  turbomessage::v1::SendRequest request;  // with its request_id

  const std::string& key() const { return request.request_id(); }
  // The request as it is sent now: the time here counts against its ttl. For
  // an entry that hasn't expired.
  turbomessage::v1::SendRequest RequestAt(Time now) const;
  // Counts an attempt that ended with `failure`, and says when to try again:
  // the pauses double from a minute to a quarter of an hour.
  void Postpone(const Failure& failure, Time now);
};

// An entry for `request`, queued now.
SpoolEntry NewEntry(turbomessage::v1::SendRequest request, Time now);

// Tells one token from another without giving either away.
std::string MarkOf(const std::string& token);

// Names the send: the same for the same key, user, server and profile. Letters
// and digits.
std::string IdentityOf(const SpoolEntry& entry);

// The content of an entry's file. Reading it throws io_error where the text is
// damaged, or is of a version that this program doesn't know.
std::string ToText(const SpoolEntry& entry);
SpoolEntry ParseEntry(std::string_view text);

}  // namespace turbo::ctl

#endif  // TMCTL_SPOOL_SPOOL_ENTRY_H_

#include "tmserver/mail/mailbox.h"

#include <sodium.h>
#include <unistr.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "tmserver/mail/address.h"

namespace turbo::mail {
namespace {

tl::unexpected<Error> Invalid(std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message));
}

bool IsText(const std::string& text) {
  return text.find('\0') == std::string::npos &&
         u8_check(reinterpret_cast<const uint8_t*>(text.data()), text.size()) ==
             nullptr;
}

size_t SizeOf(const Draft& draft) {
  size_t size = draft.subject.size() + draft.body.size();
  for (const auto& [key, value] : draft.labels)
    size += key.size() + value.size();
  return size;
}

// Folds the recipients and keeps each once, in order.
Result<std::vector<std::string>> FoldRecipients(
    const std::vector<std::string>& names) {
  std::vector<std::string> folded;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    auto user = FoldName(name);
    if (!user) return tl::unexpected(user.error());
    if (seen.insert(*user).second) folded.push_back(*std::move(user));
  }
  return folded;
}

Result<Nothing> CheckLabels(const Labels& labels) {
  for (const auto& [key, value] : labels) {
    if (key.empty()) return Invalid("a label's key is empty");
    if (!IsText(key) || !IsText(value)) {
      return Invalid("labels must be UTF-8 without NUL");
    }
  }
  return Nothing{};
}

Result<Nothing> CheckDraft(const Draft& draft, const MailRules& rules) {
  if (draft.to.empty()) return Invalid("a message needs a recipient");
  if (draft.to.size() > kMaxRecipients) {
    return Invalid("a message goes to at most " +
                   std::to_string(kMaxRecipients) + " recipients");
  }
  if (!IsText(draft.subject)) {
    return Invalid("the subject must be UTF-8 without NUL");
  }
  if (auto ok = CheckLabels(draft.labels); !ok) return ok;
  if (const size_t size = SizeOf(draft); size > rules.max_message_size) {
    return Fail(ErrorCode::kMessageTooLarge,
                "the message has " + std::to_string(size) +
                    " bytes; this server takes at most " +
                    std::to_string(rules.max_message_size));
  }
  return Nothing{};
}

Result<Nothing> CheckRequestId(const std::string& request_id) {
  const bool printable =
      std::all_of(request_id.begin(), request_id.end(),
                  [](char c) { return c >= 0x20 && c <= 0x7e; });
  if (printable && request_id.size() <= kMaxRequestId) return Nothing{};
  return Invalid("a request id (key) is 1 to " + std::to_string(kMaxRequestId) +
                 " printable ASCII characters");
}

// Feeds a hash with lengths before texts, so that no two contents look alike.
class ContentHash {
 public:
  ContentHash() {
    crypto_generichash_init(&state_, nullptr, 0, crypto_generichash_BYTES);
  }
  void Add(uint64_t number) {
    std::array<unsigned char, 8> bytes;
    for (unsigned char& byte : bytes) {
      byte = static_cast<unsigned char>(number);
      number >>= 8;
    }
    crypto_generichash_update(&state_, bytes.data(), bytes.size());
  }
  void Add(const std::string& text) {
    Add(text.size());
    crypto_generichash_update(
        &state_, reinterpret_cast<const unsigned char*>(text.data()),
        text.size());
  }
  std::string Finish() {
    std::array<unsigned char, crypto_generichash_BYTES> hash;
    crypto_generichash_final(&state_, hash.data(), hash.size());
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
  }

 private:
  crypto_generichash_state state_;
};

// What two sends under one request id must agree on. A later field of the
// content is added at the end, and only where it is set, so that digests that
// are kept stay true.
std::string DigestOf(const Draft& draft) {
  ContentHash hash;
  const std::set<std::string> to(draft.to.begin(), draft.to.end());
  hash.Add(to.size());
  for (const std::string& user : to) hash.Add(user);
  hash.Add(draft.subject);
  hash.Add(draft.body);
  hash.Add(draft.labels.size());
  for (const auto& [key, value] : draft.labels) {
    hash.Add(key);
    hash.Add(value);
  }
  hash.Add(draft.keep_copy ? 1 : 0);
  return hash.Finish();
}

Result<Nothing> FoldFilter(Filter& filter) {
  for (std::string* name : {&filter.from, &filter.to}) {
    if (name->empty()) continue;
    auto folded = FoldName(*name);
    if (!folded) return tl::unexpected(folded.error());
    *name = *std::move(folded);
  }
  return Nothing{};
}

Result<Nothing> CheckIds(const std::vector<MessageId>& ids) {
  if (ids.size() <= kMaxIds) return Nothing{};
  return Invalid("at most " + std::to_string(kMaxIds) + " ids in one call");
}

tl::unexpected<Error> NoMessage(const std::string& where, MessageId id) {
  return Fail(ErrorCode::kMessageNotFound,
              "there is no message " + std::to_string(id) + " in " + where, {},
              {id});
}

}  // namespace

Mailbox::Mailbox(Store& store, const Clock& clock, MailRules rules)
    : store_(store), clock_(clock), rules_(rules) {}

void Mailbox::Send(const Caller& caller, Draft draft, SendOptions options,
                   Done<Sent> done) {
  if (const auto ok = CheckRequestId(options.request_id); !ok) {
    return done(tl::unexpected(ok.error()));
  }
  Result<Nothing> valid = Nothing{};
  if (auto to = FoldRecipients(draft.to)) {
    draft.to = *std::move(to);
    valid = CheckDraft(draft, rules_);
  } else {
    valid = tl::unexpected(to.error());
  }
  const std::string digest =
      options.request_id.empty() ? std::string() : DigestOf(draft);
  if (!valid) {
    if (options.request_id.empty()) return done(tl::unexpected(valid.error()));
    // The request id answers first. Deliver sees to that for valid sends.
    const auto earlier = store_.FindRequest(
        {caller.id, options.request_id, digest, options.once});
    if (!earlier) return done(tl::unexpected(earlier.error()));
    if (*earlier) return done(**earlier);
    return done(tl::unexpected(valid.error()));
  }
  store_.Deliver({caller.id, caller.user, std::move(draft),
                  std::move(options.request_id), digest, options.once,
                  options.validate_only, clock_.Now(), rules_.tray_capacity},
                 std::move(done));
}

Result<Page> Mailbox::List(const Caller& caller, ListQuery query) {
  query.user = caller.id;
  if (auto ok = FoldFilter(query.filter); !ok)
    return tl::unexpected(ok.error());
  return store_.List(query);
}

Result<Page> Mailbox::ListAfter(const Caller& caller, const Cursor& cursor,
                                ListQuery query) {
  if (cursor != CursorAt(caller, query.box, cursor.id) || cursor.id < 0) {
    return Fail(ErrorCode::kCursorInvalid,
                "the cursor belongs to another server's store, user or tray");
  }
  query.order = Order::kOldestFirst;
  query.position = cursor.id;
  auto page = List(caller, std::move(query));
  if (page && cursor.id > page->newest) {
    return Fail(ErrorCode::kCursorInvalid,
                "the cursor is ahead of the server, which may have been "
                "restored from a backup");
  }
  return page;
}

Result<int64_t> Mailbox::Count(const Caller& caller, Box box, Filter filter) {
  if (auto ok = FoldFilter(filter); !ok) return tl::unexpected(ok.error());
  return store_.Count(caller.id, box, filter);
}

Result<Message> Mailbox::Get(const Caller& caller, Box box, MessageId id) {
  auto found = store_.Get(caller.id, box, id);
  if (!found) return tl::unexpected(found.error());
  if (*found) return **std::move(found);
  return NoMessage(box == Box::kInbox ? "the inbox" : "the outbox", id);
}

Result<Message> Mailbox::Get(const Caller& caller, MessageId id) {
  for (const Box box : {Box::kInbox, Box::kOutbox}) {
    auto found = store_.Get(caller.id, box, id);
    if (!found) return tl::unexpected(found.error());
    if (*found) return **std::move(found);
  }
  return NoMessage("the inbox or outbox", id);
}

void Mailbox::Mark(const Caller& caller, std::vector<MessageId> ids, bool read,
                   Done<Changed> done) {
  if (const auto ok = CheckIds(ids); !ok)
    return done(tl::unexpected(ok.error()));
  store_.Mark({caller.id, std::move(ids), read, clock_.Now()}, std::move(done));
}

void Mailbox::Remove(const Caller& caller, Box box, std::vector<MessageId> ids,
                     Done<Changed> done) {
  if (const auto ok = CheckIds(ids); !ok)
    return done(tl::unexpected(ok.error()));
  store_.Remove({caller.id, box, std::move(ids)}, std::move(done));
}

Cursor Mailbox::CursorAt(const Caller& caller, Box box, MessageId id) const {
  return {store_.Identity(), caller.user, box, id};
}

}  // namespace turbo::mail

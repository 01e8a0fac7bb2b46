#include "tmserver/mail/mailbox.h"

#include <algorithm>
#include <utility>

#include "tmserver/mail/address.h"
#include "tmserver/mail/draft.h"

namespace turbo::mail {
namespace {

tl::unexpected<Error> Invalid(std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message));
}

Result<Nothing> CheckRequestId(const std::string& request_id) {
  const bool printable =
      std::all_of(request_id.begin(), request_id.end(),
                  [](char c) { return c >= 0x20 && c <= 0x7e; });
  if (printable && request_id.size() <= kMaxRequestId) return Nothing{};
  return Invalid("a request id (key) is 1 to " + std::to_string(kMaxRequestId) +
                 " printable ASCII characters");
}

size_t TextOf(const Filter& filter) {
  size_t bytes = filter.subject.size();
  for (const auto& [key, value] : filter.labels) {
    bytes += key.size() + value.size();
  }
  return bytes;
}

Result<Nothing> FoldFilter(Filter& filter) {
  if (TextOf(filter) > kMaxFilterText) {
    return Invalid("what a filter looks for, subject and labels, has at most " +
                   std::to_string(kMaxFilterText) + " bytes");
  }
  filter.subject = FoldCase(filter.subject);
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

const char* NameOf(Box box) {
  return box == Box::kInbox ? "the inbox" : "the outbox";
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
  const Result<Nothing> valid = CheckDraft(draft, rules_.max_message_size);
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
  const Time now = clock_.Now();
  std::optional<Time> expires_at;
  if (draft.ttl) expires_at = now + *draft.ttl;
  store_.Deliver(
      {caller.id, caller.user, std::move(draft), expires_at,
       std::move(options.request_id), digest, options.once,
       options.validate_only, now, rules_.tray_capacity},
      [this, from = caller.user, done = std::move(done)](Result<Sent> sent) {
        if (sent && !sent->duplicate && sent->id != 0) {
          arrivals_.Announce(sent->to);
          arrivals_.Announce({from});
        }
        done(std::move(sent));
      });
}

Result<Page> Mailbox::List(const Caller& caller, ListQuery query) {
  query.user = caller.id;
  query.now = clock_.Now();
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

// The smallest page tells it, too.
Result<MessageId> Mailbox::Newest(const Caller& caller) {
  ListQuery query;
  query.limit = 1;
  return List(caller, std::move(query)).map([](const Page& page) {
    return page.newest;
  });
}

Result<Counted> Mailbox::Count(const Caller& caller, Box box, Filter filter,
                               std::optional<MessageId> position) {
  if (auto ok = FoldFilter(filter); !ok) return tl::unexpected(ok.error());
  return store_.Count(
      {caller.id, box, clock_.Now(), std::move(filter), position});
}

Result<Message> Mailbox::Get(const Caller& caller, std::optional<Box> box,
                             MessageId id, const std::string& attachment) {
  const Time now = clock_.Now();
  for (const Box tray : {Box::kInbox, Box::kOutbox}) {
    if (box && tray != *box) continue;
    auto found = store_.Get({caller.id, tray, now, id, attachment});
    if (!found) return tl::unexpected(found.error());
    if (*found) return **std::move(found);
  }
  return NoMessage(box ? NameOf(*box) : "the inbox or outbox", id);
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
  store_.Remove({caller.id, box, std::move(ids), clock_.Now()},
                std::move(done));
}

Cursor Mailbox::CursorAt(const Caller& caller, Box box, MessageId id) const {
  return {store_.Identity(), caller.user, box, id};
}

}  // namespace turbo::mail

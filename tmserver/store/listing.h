// What every store lists in the same way.
#ifndef TMSERVER_STORE_LISTING_H_
#define TMSERVER_STORE_LISTING_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tmserver/mail/types.h"

namespace turbo::store {

// The bytes that a message counts for in a list without bodies.
size_t HeadBytes(const mail::Message& message);

// An outbox message's read_at: the last receipt, if all recipients have one.
std::optional<mail::Time> ReadByAll(
    const std::vector<mail::Recipient>& recipients);

// The list of all that `query` counts, as one page.
mail::ListQuery AllOf(const mail::CountQuery& query);

// Where a page ends. Shown a tray's messages in the query's order, says which
// belong to the page.
class PageCutter {
 public:
  // `query` outlives it.
  explicit PageCutter(const mail::ListQuery& query) : query_(query) {}

  enum class Verdict {
    kTake,  // it is on the page
    kPass,  // it is filtered out
    kEnd,   // the page ended before it
  };
  // `message` without its body, which has `body_bytes`.
  Verdict Judge(const mail::Message& message, size_t body_bytes);

  // Page::next, when all messages were shown or one ended the page.
  std::optional<mail::MessageId> Next() const;

  // How many were taken, and Next.
  mail::Counted Count() const;

 private:
  Verdict End();

  const mail::ListQuery& query_;
  size_t looked_at_ = 0;
  size_t looked_at_bytes_ = 0;
  size_t taken_ = 0;
  size_t bytes_ = 0;
  mail::MessageId last_ = 0;  // the last one that was taken or passed
  bool ended_ = false;
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_LISTING_H_

// From a store's URL to the store.
#ifndef TMSERVER_STORE_OPEN_H_
#define TMSERVER_STORE_OPEN_H_

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "tmserver/mail/store.h"

namespace turbo::store {

// Why a store can't be opened: a sentence that names it and the way out.
class OpenError : public std::runtime_error {
 public:
  enum class Kind {
    kConfig,  // the URL or the file is not one that we can serve
    kBusy,    // another server has it
    kFailed,  // the system refused
  };
  OpenError(Kind kind, const std::string& message)
      : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// What changes a store's speed and use of memory, and nothing else.
struct Tuning {
  // Entries of trays that wait in memory before they begin to be settled
  // (tail.h). At most about twice as many are there: some 30 MB, with the
  // request ids. After a crash they are read again, which takes 0.3 s.
  size_t most_waiting = 131'072;
  // Whether the thread that asks for a write may wait for it: called from
  // there. A write may be done before it returns, then.
  std::function<bool()> may_wait = nullptr;
};

// `memory:` or `sqlite:PATH`; the directory of PATH is made (0700) where it is
// missing. `on_fault` is called once, from a thread of the store, when it can
// no longer vouch for what it writes: the server should say so and end. Throws
// OpenError.
std::unique_ptr<mail::Store> Open(const std::string& url,
                                  std::function<void(std::string)> on_fault,
                                  Tuning tuning = {});

}  // namespace turbo::store

#endif  // TMSERVER_STORE_OPEN_H_

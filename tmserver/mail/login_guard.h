// Who guesses passwords has to wait: a back-off for each user and place, and
// one for each user from all places together.
#ifndef TMSERVER_MAIL_LOGIN_GUARD_H_
#define TMSERVER_MAIL_LOGIN_GUARD_H_

#include <array>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>

#include "tmserver/mail/bounded_table.h"
#include "tmserver/mail/clock.h"
#include "tmserver/mail/error.h"
#include "tmserver/mail/types.h"

namespace turbo::mail {

// What a guesser may do. The pauses double up to the longest.
struct GuessLimits {
  uint32_t from_one_place = 5;  // different wrong passwords before a pause
  uint32_t from_all = 50;       // the same for all places together
  Duration first_pause = std::chrono::seconds(1);
  Duration longest_pause = std::chrono::minutes(1);
  // Without a wrong password for so long all is forgiven.
  Duration memory = std::chrono::hours(1);
};

// Knows nothing of accounts, so that unknown users fare like known ones. It
// keeps no password, only hashes with a key that is random in each process. Its
// memory is bounded: what it forgets first are places with the fewest wrong
// passwords, so that nobody can buy forgetting with made-up names.
// Thread-safe.
class LoginGuard {
 public:
  // `clock` outlives it.
  explicit LoginGuard(const Clock& clock, GuessLimits limits = {});

  // One attempt, which counts as wrong until something else is known, so that
  // many at once count, too. A password that was wrong before doesn't count
  // again.
  struct Attempt {
    uint64_t user = 0;
    uint64_t place = 0;
    uint64_t password = 0;
    bool counted_for_user = false;
    bool counted_for_place = false;
  };

  // kRateLimited where one has to wait. Who has logged in from a place before
  // needn't wait there because of other places.
  Result<Attempt> Begin(std::string_view user, const Origin& origin,
                        std::string_view password);

  // The password was right.
  void Succeeded(const Attempt& attempt);

  // Nobody found out.
  void Abandoned(const Attempt& attempt);

 private:
  struct Record {
    uint64_t key = 0;
    Time last{};   // when one was counted last
    Time until{};  // nothing is tried before
    uint32_t wrong = 0;
    bool trusted = false;  // of a place: the user has logged in from there
    std::array<uint64_t, 8> recent{};  // hashes of the last wrong passwords
  };
  using Table = BoundedTable<Record>;

  Record& Find(Table& table, uint64_t key, Time now) const;
  bool Count(Record& record, uint64_t password, uint32_t free, Time now) const;
  static void TakeBack(Record& record, uint64_t password);

  const Clock& clock_;
  const GuessLimits limits_;
  const KeyedHash hash_;
  std::mutex mutex_;  // guards the tables
  Table places_;      // of users and places
  Table users_;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_LOGIN_GUARD_H_

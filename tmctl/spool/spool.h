// The spool: sends that tmctl answers for until the server has them, one file
// each. It knows nothing of the server.
//
// A file appears and changes in one step, synced, so that a crash at any moment
// leaves each entry whole or absent. Entries belong to one user of the machine:
// their directory is 0700, and what somebody else owns in it is never used.
#ifndef TMCTL_SPOOL_SPOOL_H_
#define TMCTL_SPOOL_SPOOL_H_

#include <optional>
#include <string>
#include <vector>

#include "tmctl/base/files.h"
#include "tmctl/spool/spool_entry.h"

namespace turbo::ctl {

enum class SpoolState { kWaiting, kFailed };

// Where an entry is kept. Paths sort by the time of queueing.
struct SpoolFile {
  std::string path;
  SpoolState state;
};

// An entry that no other process can claim while this object lives.
class SpoolClaim {
 public:
  // Nothing where another process has it, or it is gone. io_error where the
  // file isn't an entry of ours.
  static std::optional<SpoolClaim> Of(const SpoolFile& file);

  SpoolState state() const { return where_.state; }
  SpoolEntry& entry() { return entry_; }

  // Each ends the claim, and throws cannot_create, io_error or busy; the file
  // is then as it was.
  void Save();    // writes entry() as it is now
  void Fail();    // writes it to failed/
  void Remove();  // for good

 private:
  SpoolClaim(SpoolFile where, File lock, SpoolEntry entry)
      : where_(std::move(where)),
        lock_(std::move(lock)),
        entry_(std::move(entry)) {}

  SpoolFile where_;
  File lock_;
  SpoolEntry entry_;
};

class Spool {
 public:
  // The places come from the environment; see tmctl-queue(1).
  Spool();

  // Keeps the entry: it is on disk when this returns, true. False where the
  // same send waits already. request_id_reused for another content under its
  // key; where no place takes it: cannot_create, io_error, busy, bad_config.
  bool Add(const SpoolEntry& entry) const;

  struct Listing {
    std::vector<SpoolFile> files;       // by time
    std::vector<std::string> problems;  // sentences: places that can't be used
    std::vector<std::string> directories;  // where it looked
  };
  // What waits, then what has failed. Looks at names only.
  Listing List() const;

  // Why no place would take an entry, as far as that can be told without making
  // anything: a sentence, empty where one would.
  std::string Obstacle() const;

  // Removes what killed processes have left behind.
  void Tidy() const;

 private:
  struct Place {
    std::string path;
    bool make;      // where it is missing
    bool fallback;  // to be passed over where it can't be used
  };
  std::vector<std::string> Directories(
      std::vector<std::string>& problems) const;

  std::vector<Place> places_;
};

// The entry in `file`, without its body and attachments. Nothing
// where it is gone; io_error where it isn't an entry of ours.
std::optional<SpoolEntry> PeekAt(const SpoolFile& file);

}  // namespace turbo::ctl

#endif  // TMCTL_SPOOL_SPOOL_H_

// A spool of a test's own, and entries for it.
#ifndef TESTS_TMCTL_SPOOL_SPOOL_TESTING_H_
#define TESTS_TMCTL_SPOOL_SPOOL_TESTING_H_

#include <string>
#include <vector>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/spool/spool.h"

namespace turbo::ctl {

inline SpoolEntry EntryOf(const std::string& key,
                          const std::string& body = "text") {
  turbomessage::v1::SendRequest request;
  request.add_to("beto");
  request.set_subject("subject");
  request.set_body(body);
  request.set_request_id(key);
  SpoolEntry entry = NewEntry(std::move(request), Now());
  entry.server = "localhost:50052";
  entry.profile = "default";
  entry.user = "ana";
  return entry;
}

struct OwnSpool {
  TempDir dir;
  std::string path = dir / "queue";
  Variable place{"TMCTL_QUEUE_DIR", path};

  static std::vector<SpoolFile> Files() { return Spool().List().files; }

  // The keys in that state, by the time of queueing.
  static std::vector<std::string> Keys(SpoolState state) {
    std::vector<std::string> keys;
    for (const SpoolFile& file : Files()) {
      const auto entry = PeekAt(file);
      if (entry && file.state == state) keys.push_back(entry->key());
    }
    return keys;
  }
};

}  // namespace turbo::ctl

#endif  // TESTS_TMCTL_SPOOL_SPOOL_TESTING_H_

#include <google/protobuf/util/message_differencer.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/fuzz/targets.h"
#include "tmctl/base/failure.h"
#include "tmctl/output/documents.h"
#include "tmctl/output/output.h"
#include "tmctl/spool/spool_entry.h"

namespace turbo::fuzz {

// An entry that can be read stays what it is however often it is written, and
// all that a flush does with it works.
void Spool(std::string_view input) {
  using google::protobuf::util::MessageDifferencer;
  using Json = nlohmann::json;
  try {
    ctl::SpoolEntry entry = ctl::ParseEntry(input);
    const std::string text = ctl::ToText(entry);
    ctl::SpoolEntry again;
    try {
      again = ctl::ParseEntry(text);
    } catch (const ctl::Failure& failure) {
      Require(false, "an entry can be read again", failure.message);
    }
    // But for the order of labels, which protobuf's maps don't keep.
    Require(Json::parse(ctl::ToText(again)) == Json::parse(text),
            "an entry stays what it is", text);
    Require(MessageDifferencer::Equals(again.request, entry.request),
            "its request stays what it is");
    ctl::IdentityOf(entry);
    ctl::ToLine(ctl::QueueEntryJson(entry, "waiting", 0));
    const ctl::Time now = entry.queued_at;
    if (!entry.expires_at || *entry.expires_at > now) entry.RequestAt(now);
    entry.Postpone(ctl::Failure("unavailable", "nobody is there"), now);
    Require(entry.next_attempt_at > now, "the next attempt is later");
  } catch (const ctl::Failure& failure) {
    Require(failure.code == "io_error", "a damaged entry is io_error",
            failure.code);
  }
}

}  // namespace turbo::fuzz

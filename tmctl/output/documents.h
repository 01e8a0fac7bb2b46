// Our JSON: every field that scripts see is written here by name, so that a
// change of the .proto files can't change it. tmctl-json(5) and schema/ say
// what the documents hold.
#ifndef TMCTL_OUTPUT_DOCUMENTS_H_
#define TMCTL_OUTPUT_DOCUMENTS_H_

#include <google/protobuf/timestamp.pb.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tmctl/base/failure.h"
#include "tmctl/base/units.h"
#include "tmctl/spool/spool_entry.h"
#include "turbomessage/v1/accounts.pb.h"
#include "turbomessage/v1/mail.pb.h"
#include "turbomessage/v1/tokens.pb.h"

namespace turbo::ctl {

namespace v1 = ::turbomessage::v1;
using Json = nlohmann::ordered_json;

const char* NameOf(v1::Box box);
const char* NameOf(v1::Scope scope);

// What a server says is a time; at most the end of the year 9999, at least the
// beginning of the first.
Time TimeOf(const google::protobuf::Timestamp& time);

// RFC 3339, or null.
Json TimeJson(bool present, const google::protobuf::Timestamp& time);

// An object that begins with "schema": "turbomessage.NAME/1".
Json Document(const std::string& name);

// A message as it stands in a document's list; its body is null unless asked
// for.
Json MessageJson(const v1::Message& message, v1::Box box, bool with_body);

// The same as a document of its own: a line.
Json MessageLine(const v1::Message& message, v1::Box box, bool with_body);

Json TrayDocument(v1::Box box, Json messages, bool truncated,
                  const std::string& next_cursor);
Json ReadDocument(Json messages);
Json CountDocument(v1::Box box, int64_t count);
Json SentDocument(const v1::SendResponse& sent, const std::string& key,
                  bool queued = false);
// An entry of the spool as it stands in a `queue` document. `id`: 0 unless it
// was sent.
Json QueueEntryJson(const SpoolEntry& entry, const std::string& state,
                    int64_t id);
Json ChangedDocument(v1::Box box, const std::vector<int64_t>& ids,
                     const std::vector<int64_t>& missing);
Json SessionDocument(const v1::Session& session, const std::string& server);
// The secret is null where it is empty.
Json TokenDocument(const v1::Token& token, const std::string& secret);
Json TokensDocument(const std::vector<v1::Token>& tokens);
Json ErrorDocument(const Failure& failure);
Json WarningDocument(const std::string& code, const std::string& message);

}  // namespace turbo::ctl

#endif  // TMCTL_OUTPUT_DOCUMENTS_H_

// A server with two users and an administrator, for scripts of calls.
#ifndef TESTS_FUZZ_WORLD_H_
#define TESTS_FUZZ_WORLD_H_

#include <google/protobuf/descriptor.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "script.pb.h"
#include "tests/temp_dir.h"
#include "tests/tmserver/server_testing.h"

namespace turbo::fuzz {

using turbomessage::fuzz::Script;
using turbomessage::fuzz::Step;

// Nothing for text that is no script.
std::optional<Script> ParseScript(std::string_view text);

// Every rpc of ours, by its name in scripts, as the server itself lists them:
// there is no table to forget one in.
const std::map<std::string, const google::protobuf::MethodDescriptor*>& Rpcs();

class World {
 public:
  World();

  // Calls what the script says. Ends the process where an answer breaks what
  // the API promises of all.
  void Run(const Script& script);

  // Ends the process where lists, counts and single messages disagree.
  void CheckTrays();

  // The rpcs that have succeeded so far.
  const std::set<std::string>& succeeded() const { return succeeded_; }

 private:
  // By the names of fields.
  using Memory = std::map<std::string, std::string>;

  void Run(const Step& step);
  void CheckTray(server::Client& client, server::v1::Box box);

  TempDir dir_;
  server::TestServer server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::shared_ptr<grpc::Channel> admin_channel_;
  std::array<Memory, 5> memories_;
  std::set<std::string> succeeded_;
};

}  // namespace turbo::fuzz

#endif  // TESTS_FUZZ_WORLD_H_

#include "tmctl/config/config.h"

#include <sysexits.h>

#include <string>

#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"
#include "tmctl/base/failure.h"
#include "tmctl/config/aliases.h"
#include "tmserver/options.h"

namespace turbo::fuzz {
namespace {

void TryServer(const std::string& path) {
  try {
    server::ParseOptions({"--config", path}, {{"HOME", "/nonexistent"}});
  } catch (const server::OptionError& error) {
    Require(error.exit_code() == EX_CONFIG, "a wrong file is EX_CONFIG",
            error.what());
    Require(std::string_view(error.what()).size() > path.size(),
            "what is wrong is said");
  }
}

void TryClient(const std::string& path) {
  try {
    const ctl::Config config(path);
    const ctl::Json profiles = config.Profiles();
    for (const auto& [name, profile] : profiles.items()) {
      Require(config.HasProfile(name), "a profile that is listed is there");
      for (const ctl::ProfileKey& key : ctl::ProfileKeys()) {
        config.Get(name, key.name);
      }
      const ctl::Aliases aliases(config.Aliases(name), "host");
      Require(!aliases.Expand("ana").empty(), "mail for a name is somebody's");
    }
  } catch (const ctl::Failure& failure) {
    Require(failure.code == "bad_config", "a wrong file is bad_config",
            failure.code);
  }
}

}  // namespace

void Config(std::string_view input) {
  const MemoryFile file(input);
  TryServer(file.path());
  TryClient(file.path());
}

}  // namespace turbo::fuzz

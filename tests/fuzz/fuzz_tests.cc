#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>

#include "tests/fuzz/targets.h"
#include "tests/fuzz/world.h"

namespace turbo::fuzz {
namespace {

namespace fs = std::filesystem;

struct Named {
  const char* name;
  void (*run)(std::string_view input);
};
constexpr Named kTargets[] = {
    {"batch", Batch}, {"config", Config},     {"handlers", Handlers},
    {"mime", Mime},   {"position", Position}, {"sendmail", Sendmail},
    {"show", Show},   {"spool", Spool},       {"text", Text},
};

std::set<fs::path> CorpusOf(const std::string& name) {
  const fs::directory_iterator files(fs::path(FUZZ_CORPUS) / name);
  return {begin(files), end(files)};
}

std::string Content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

BOOST_AUTO_TEST_SUITE(fuzz)

// A broken promise ends the process: the last line tells on which input.
BOOST_AUTO_TEST_CASE(every_target_comes_back_from_its_corpus) {
  for (const Named& target : kTargets) {
    const auto corpus = CorpusOf(target.name);
    BOOST_TEST(!corpus.empty(), target.name);
    for (const fs::path& path : corpus) {
      std::clog << "fuzz: " << path.string() << std::endl;
      target.run(Content(path));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_corpus_has_a_target) {
  std::set<std::string> names;
  for (const Named& target : kTargets) names.insert(target.name);
  for (const auto& folder : fs::directory_iterator(FUZZ_CORPUS)) {
    BOOST_TEST(names.contains(folder.path().filename()), folder.path());
  }
}

// An rpc that is added needs a call of it in corpus/handlers that succeeds.
BOOST_AUTO_TEST_CASE(the_handlers_corpus_has_every_rpc_succeed) {
  std::set<std::string> missing;
  for (const auto& [rpc, method] : Rpcs()) missing.insert(rpc);
  BOOST_TEST(missing.contains("turbomessage.v1.Mail/Send"));
  BOOST_TEST(missing.contains("turbomessage.ServidorTurboMessage/login"));
  for (const fs::path& path : CorpusOf("handlers")) {
    const auto script = ParseScript(Content(path));
    BOOST_TEST_REQUIRE(script.has_value(), path << " is no script");
    World world;
    world.Run(*script);
    for (const std::string& rpc : world.succeeded()) missing.erase(rpc);
  }
  for (const std::string& rpc : missing) BOOST_ERROR("no call of " << rpc);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::fuzz

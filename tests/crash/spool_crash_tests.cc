// A process that works on the spool is killed at any moment: what it was told
// is kept must be there, and every entry is whole. TURBOMESSAGE_LONG=1 kills
// many more of them.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <random>
#include <set>

#include "tests/tmctl/spool/spool_testing.h"

namespace turbo::ctl {
namespace {

// Adds entries for ever and tells each number that is kept; saves one entry in
// three again and gives every fifth up.
[[noreturn]] void WorkForEver(int first, int pipe) {
  const Spool spool;
  for (int n = first;; ++n) {
    spool.Add(EntryOf(std::to_string(n), std::string(3000, 'x')));
    if (write(pipe, &n, sizeof(n)) != sizeof(n)) _exit(1);
    const auto files = spool.List().files;
    const SpoolFile& file = files[static_cast<size_t>(n) % files.size()];
    auto claim = SpoolClaim::Of(file);
    if (!claim) continue;
    claim->entry().Postpone(Failure("inbox_full", "full"), Now());
    if (n % 5 == 0) {
      claim->Fail();
    } else if (n % 3 == 0) {
      claim->Save();
    }
  }
}

// Lets a worker begin with the number `first` and kills it. Returns what it
// told.
std::vector<int> KillAfter(int first, size_t told, useconds_t moment) {
  std::array<int, 2> ends{};
  BOOST_REQUIRE(pipe(ends.data()) == 0);
  const pid_t child = fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    WorkForEver(first, ends[1]);
  }
  close(ends[1]);
  std::vector<int> numbers;
  int n = 0;
  while (numbers.size() < told && read(ends[0], &n, sizeof(n)) == sizeof(n)) {
    numbers.push_back(n);
  }
  usleep(moment);
  kill(child, SIGKILL);
  while (read(ends[0], &n, sizeof(n)) == sizeof(n)) numbers.push_back(n);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return numbers;
}

BOOST_FIXTURE_TEST_SUITE(spool_crash, OwnSpool)

BOOST_AUTO_TEST_CASE(what_was_kept_survives_a_kill_whole) {
  std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<size_t> told(0, 3);
  std::uniform_int_distribution<useconds_t> moment(0, 3000);
  const int rounds = std::getenv("TURBOMESSAGE_LONG") != nullptr ? 2000 : 60;
  std::set<std::string> expected;
  for (int round = 0; round < rounds; ++round) {
    for (const int n : KillAfter(round * 1000, told(random), moment(random))) {
      expected.insert(std::to_string(n));
    }
    std::set<std::string> there;
    for (const SpoolFile& file : Files()) {
      auto claim = SpoolClaim::Of(file);  // throws for what isn't whole
      BOOST_REQUIRE(claim.has_value());
      BOOST_TEST(claim->entry().request.body().size() == 3000U);
      there.insert(claim->entry().key());
    }
    BOOST_REQUIRE(std::includes(there.begin(), there.end(), expected.begin(),
                                expected.end()));
    if (round % 20 == 19) {
      Spool().Tidy();
      for (const SpoolFile& file : Files()) SpoolClaim::Of(file)->Remove();
      expected.clear();
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl

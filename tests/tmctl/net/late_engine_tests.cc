#include <grpc/grpc.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <iterator>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/net/late_engine.h"

namespace turbo::ctl {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Fixture {
  Fixture() { grpc_init(); }
  ~Fixture() { grpc_shutdown(); }
};

auto CountThreads() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                       std::filesystem::directory_iterator());
}

BOOST_FIXTURE_TEST_SUITE(late_engine, Fixture)

BOOST_AUTO_TEST_CASE(it_has_threads_from_its_first_call_on) {
  const auto before = CountThreads();
  std::promise<void> done;
  LateEngine engine;
  BOOST_TEST(CountThreads() == before);
  engine.Run([&] { done.set_value(); });
  BOOST_TEST(CountThreads() > before);
  BOOST_TEST(
      (done.get_future().wait_for(seconds(20)) == std::future_status::ready));
}

BOOST_AUTO_TEST_CASE(what_is_to_run_later_does) {
  std::promise<void> done;
  LateEngine engine;
  engine.RunAfter(milliseconds(1), [&] { done.set_value(); });
  BOOST_TEST(
      (done.get_future().wait_for(seconds(20)) == std::future_status::ready));
}

BOOST_AUTO_TEST_CASE(what_is_to_run_later_can_be_cancelled) {
  LateEngine engine;
  const auto handle = engine.RunAfter(hours(1), [] {});
  BOOST_TEST(engine.Cancel(handle));
  BOOST_TEST(!engine.Cancel(handle));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl

#include <boost/test/unit_test.hpp>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

#include "tmserver/service/call.h"

namespace turbo::service {
namespace {

constexpr std::chrono::seconds kPatience(20);

BOOST_AUTO_TEST_SUITE(call)

BOOST_AUTO_TEST_CASE(a_step_runs_on_another_thread) {
  std::promise<std::thread::id> ran;
  RunSoon([&] { ran.set_value(std::this_thread::get_id()); });
  BOOST_TEST((ran.get_future().get() != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(a_step_that_throws_is_let_go_of) {
  auto held = std::make_shared<std::promise<void>>();
  std::future<void> ended = held->get_future();
  RunSoon([held] { throw std::runtime_error("no"); });
  held.reset();
  BOOST_TEST((ended.wait_for(kPatience) == std::future_status::ready));
  BOOST_CHECK_THROW(ended.get(), std::future_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service

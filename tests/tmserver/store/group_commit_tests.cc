#include <sched.h>

#include <boost/test/unit_test.hpp>
#include <map>
#include <optional>
#include <stdexcept>
#include <thread>

#include "tests/tmserver/store/house.h"
#include "tmserver/store/failure.h"
#include "tmserver/store/group_commit.h"

namespace turbo::store {
namespace {

enum class Trouble { kNone, kNoSpace, kBroken };

void Raise(Trouble trouble) {
  if (trouble == Trouble::kNoSpace) throw NoSpace("no space");
  if (trouble == Trouble::kBroken) throw std::runtime_error("broken");
}

// Writes down what it is told, and fails where it was told to. The first
// transaction waits for Go(), so that a test decides what arrives meanwhile.
class ScriptedEngine final : public Engine {
 public:
  void Go() { go_.set_value(); }
  void AwaitFirst() { has_begun_.get_future().wait(); }

  void Begin() override {
    if (begun_++ == 0) {
      has_begun_.set_value();
      go_.get_future().wait();
    }
    log += "b";
  }
  void Commit() override {
    log += "c";
    Raise(commits[++committing_]);
  }
  void Rollback() override { log += "r"; }
  void Maintain() override {
    log += "m";
    Raise(std::exchange(maintain, Trouble::kNone));
  }
  bool IsMaintenanceLong() const override { return is_maintenance_long; }
  void MakeRoom() override {
    log += "R";
    Raise(make_room);
  }
  void Abandon() noexcept override { log += "A"; }

  std::map<int, Trouble> commits;  // by the number of the call, from 1
  Trouble maintain = Trouble::kNone;
  Trouble make_room = Trouble::kNone;
  bool is_maintenance_long = false;
  std::string log;

 private:
  std::promise<void> has_begun_;
  std::promise<void> go_;
  int begun_ = 0;
  int committing_ = 0;
};

struct Bench {
  // Submits a write that answers `value` or fails.
  void Submit(int value, Trouble trouble = Trouble::kNone) {
    answers.push_back(turbo::store::Begin<int>([&](auto done) {
      commits->Submit<int>(WriteOf(value, trouble), done);
    }));
  }
  // The same, which may be made at once. Whether it was.
  bool SubmitOrRun(int value, Trouble trouble = Trouble::kNone) {
    answers.push_back(turbo::store::Begin<int>([&](auto done) {
      commits->SubmitOrRun<int>(WriteOf(value, trouble), done);
    }));
    return answers.back().wait_for(std::chrono::seconds(0)) ==
           std::future_status::ready;
  }
  // Lets all go on and end; then `engine.log` may be read.
  std::vector<std::optional<ErrorCode>> Finish() {
    engine.Go();
    commits.reset();
    std::vector<std::optional<ErrorCode>> errors;
    for (auto& answer : answers) {
      const auto result = answer.get();
      errors.push_back(result ? std::nullopt
                              : std::optional(result.error().code));
    }
    return errors;
  }

  ScriptedEngine engine;
  std::vector<std::string> faults;
  bool may_wait = true;
  std::vector<std::thread::id> writers;  // of SubmitOrRun's and Submit's writes
  std::optional<GroupCommit> commits{
      std::in_place, engine,
      [this](const std::string& reason) { faults.push_back(reason); },
      [this] { return may_wait; }};
  std::vector<std::future<mail::Result<int>>> answers;

 private:
  std::function<mail::Result<int>()> WriteOf(int value, Trouble trouble) {
    return [this, value, trouble]() -> mail::Result<int> {
      writers.push_back(std::this_thread::get_id());
      engine.log += std::to_string(value);
      Raise(trouble);
      return value;
    };
  }
};

constexpr auto kGood = std::nullopt;
constexpr auto kFull = ErrorCode::kStoreFull;
constexpr auto kLost = ErrorCode::kUnavailable;
using Errors = std::vector<std::optional<ErrorCode>>;

// The first write is a batch of its own; what comes while it waits is the next.
// Whether more came before the writer looked is for the machine to decide.
BOOST_AUTO_TEST_SUITE(group_commit)

BOOST_AUTO_TEST_CASE(what_arrives_during_a_commit_is_one_batch) {
  Bench bench;
  bench.Submit(1);
  bench.answers.clear();
  for (int i = 0; i < 9; ++i) bench.Submit(7);
  BOOST_TEST((bench.Finish() == Errors(9, kGood)));
  const auto commits =
      std::count(bench.engine.log.begin(), bench.engine.log.end(), 'c');
  BOOST_TEST(commits <= 2);
  BOOST_TEST(bench.faults.empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_answered_before_its_commit) {
  Bench bench;
  bench.Submit(1);
  using std::chrono::seconds;
  BOOST_TEST(
      (bench.answers[0].wait_for(seconds(0)) == std::future_status::timeout));
  bench.Finish();
  BOOST_TEST(bench.engine.log == "b1cm");
}

BOOST_AUTO_TEST_CASE(writes_let_what_runs_go_on_and_gather) {
  Bench bench;
  auto answer = turbo::store::Begin<int>([&](auto done) {
    bench.commits->Submit<int>(
        []() -> mail::Result<int> { return sched_getscheduler(0); }, done);
  });
  bench.Finish();
  BOOST_TEST(answer.get().value() == SCHED_BATCH);
}

BOOST_AUTO_TEST_CASE(a_refusal_is_an_answer_like_any_other) {
  Bench bench;
  bench.answers.push_back(turbo::store::Begin<int>([&](auto done) {
    bench.commits->Submit<int>(
        []() -> mail::Result<int> {
          return mail::Fail(ErrorCode::kInboxFull, "full");
        },
        done);
  }));
  bench.Submit(2);
  BOOST_TEST((bench.Finish() == Errors{ErrorCode::kInboxFull, kGood}));
}

BOOST_AUTO_TEST_CASE(without_room_for_all_some_may_still_fit) {
  Bench bench;
  bench.Submit(1, Trouble::kNoSpace);
  bench.Submit(2);
  BOOST_TEST((bench.Finish() == Errors{kFull, kGood}));
  BOOST_TEST(bench.faults.empty());
}

BOOST_AUTO_TEST_CASE(a_batch_without_room_is_undone_and_tried_one_by_one) {
  Bench bench;
  bench.engine.commits[1] = Trouble::kNoSpace;
  bench.Submit(1);
  BOOST_TEST((bench.Finish() == Errors{kGood}));
  BOOST_TEST(bench.engine.log == "b1crRb1cm");
}

BOOST_AUTO_TEST_CASE(what_finds_no_room_twice_is_refused) {
  Bench bench;
  bench.engine.commits = {{1, Trouble::kNoSpace}, {2, Trouble::kNoSpace}};
  bench.engine.make_room = Trouble::kNoSpace;
  bench.Submit(1);
  BOOST_TEST((bench.Finish() == Errors{kFull}));
  BOOST_TEST(bench.engine.log == "b1crRb1crm");
}

BOOST_AUTO_TEST_CASE(after_a_failed_commit_nothing_is_written) {
  Bench bench;
  bench.engine.commits[1] = Trouble::kBroken;
  bench.Submit(1);
  bench.engine.Go();
  BOOST_TEST((bench.answers[0].get().error().code == kLost));
  bench.answers.clear();
  // The fault was told before the answer.
  BOOST_TEST(bench.faults.size() == 1u);
  bench.Submit(2);
  bench.commits.reset();
  BOOST_TEST((bench.answers[0].get().error().code == kLost));
  BOOST_TEST(bench.engine.log == "b1cA");
  BOOST_TEST(bench.faults.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_write_that_breaks_takes_its_batch_along) {
  Bench bench;
  bench.Submit(1, Trouble::kBroken);
  BOOST_TEST((bench.Finish() == Errors{kLost}));
  BOOST_TEST(bench.engine.log == "b1A");
}

BOOST_AUTO_TEST_CASE(what_was_committed_alone_stays_so_after_a_fault) {
  Bench bench;
  bench.engine.commits = {{1, Trouble::kNoSpace}, {2, Trouble::kBroken}};
  bench.Submit(1);
  BOOST_TEST((bench.Finish() == Errors{kLost}));
  BOOST_TEST(bench.engine.log == "b1crRb1cA");
}

BOOST_AUTO_TEST_CASE(a_fault_while_making_room_ends_it) {
  Bench bench;
  bench.engine.commits[1] = Trouble::kNoSpace;
  bench.engine.make_room = Trouble::kBroken;
  bench.Submit(1);
  BOOST_TEST((bench.Finish() == Errors{kLost}));
  BOOST_TEST(bench.engine.log == "b1crRA");
}

BOOST_AUTO_TEST_CASE(housekeeping_may_lack_room_but_not_fail) {
  Bench patient;
  patient.engine.maintain = Trouble::kNoSpace;
  patient.Submit(1);
  BOOST_TEST((patient.Finish() == Errors{kGood}));
  BOOST_TEST(patient.faults.empty());

  Bench broken;
  broken.engine.maintain = Trouble::kBroken;
  broken.Submit(1);
  BOOST_TEST((broken.Finish() == Errors{kGood}));
  BOOST_TEST(broken.faults.size() == 1u);
  BOOST_TEST(broken.engine.log == "b1cmA");
}

BOOST_AUTO_TEST_CASE(a_lone_write_may_be_made_where_it_came_from) {
  Bench bench;
  bench.engine.Go();
  BOOST_TEST(bench.SubmitOrRun(1));
  BOOST_TEST(bench.SubmitOrRun(2));
  BOOST_TEST(bench.engine.log == "b1cmb2cm");
  BOOST_TEST((bench.writers == std::vector(2, std::this_thread::get_id())));
}

BOOST_AUTO_TEST_CASE(who_may_not_wait_leaves_the_write_to_another) {
  Bench bench;
  bench.may_wait = false;
  BOOST_TEST(!bench.SubmitOrRun(1));
  BOOST_TEST((bench.Finish() == Errors{kGood}));
  BOOST_TEST((bench.writers.at(0) != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_commit_of_others) {
  Bench bench;
  bench.Submit(1);
  bench.engine.AwaitFirst();
  BOOST_TEST(!bench.SubmitOrRun(2));
  BOOST_TEST((bench.Finish() == Errors{kGood, kGood}));
  BOOST_TEST(bench.engine.log == "b1cmb2cm");
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_long_maintenance) {
  Bench bench;
  bench.engine.is_maintenance_long = true;
  bench.engine.Go();
  BOOST_TEST(bench.SubmitOrRun(1));
  bench.commits.reset();
  BOOST_TEST(bench.engine.log == "b1cbcm");
}

BOOST_AUTO_TEST_CASE(a_write_that_is_made_at_once_fails_like_any_other) {
  Bench bench;
  bench.engine.commits = {
      {1, Trouble::kNoSpace}, {2, Trouble::kNoSpace}, {3, Trouble::kBroken}};
  bench.engine.Go();
  BOOST_TEST(bench.SubmitOrRun(1));
  BOOST_TEST(bench.faults.empty());
  BOOST_TEST(bench.SubmitOrRun(2));
  BOOST_TEST(bench.faults.size() == 1u);
  BOOST_TEST(bench.SubmitOrRun(3));
  BOOST_TEST((bench.answers[0].get().error().code == kFull));
  BOOST_TEST((bench.answers[1].get().error().code == kLost));
  BOOST_TEST((bench.answers[2].get().error().code == kLost));
  BOOST_TEST(bench.engine.log == "b1crRb1crmb2cA");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store

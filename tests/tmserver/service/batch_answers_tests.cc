#include <boost/test/unit_test.hpp>
#include <string>

#include "tmserver/service/batch_answers.h"

namespace turbo::service {
namespace {

namespace v1 = turbomessage::v1;

constexpr size_t kMost = 100'000;

struct Fixture {
  bool IsAdmitted() { return untaken.Admit("ana").has_value(); }

  // One of so many bytes, roughly.
  static v1::SendManyResponse Answer(int id, size_t bytes = 0) {
    v1::SendManyResponse answer;
    answer.mutable_sent()->set_id(id);
    if (bytes > 0) answer.mutable_sent()->add_to(std::string(bytes, 'x'));
    return answer;
  }

  mail::Untaken untaken{kMost};
  BatchAnswers answers{untaken, "ana"};
};

BOOST_FIXTURE_TEST_SUITE(batch_answers, Fixture)

BOOST_AUTO_TEST_CASE(answers_are_taken_in_the_order_of_their_requests) {
  BOOST_TEST(answers.Await({1, 1}) == 0u);
  BOOST_TEST(answers.Await({1}) == 2u);
  BOOST_TEST(answers.Set(2, Answer(3)));
  BOOST_TEST(answers.Set(1, Answer(2)));
  BOOST_TEST(!answers.IsFirstReady());
  BOOST_TEST(answers.unanswered() == 1u);
  BOOST_TEST(answers.Set(0, Answer(1)));
  for (int id = 1; id <= 3; ++id) {
    BOOST_REQUIRE(answers.IsFirstReady());
    BOOST_TEST(answers.TakeFirst().sent().id() == id);
  }
  BOOST_TEST(!answers.IsFirstReady());
  BOOST_TEST(answers.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_request_has_one_answer) {
  answers.Await({1, 1});
  BOOST_TEST(answers.Set(0, Answer(1)));
  BOOST_TEST(!answers.Set(0, Answer(2)));
  BOOST_TEST(answers.TakeFirst().sent().id() == 1);
  BOOST_TEST(!answers.Set(0, Answer(2)));
  BOOST_TEST(answers.unanswered() == 1u);
}

BOOST_AUTO_TEST_CASE(requests_count_until_they_are_answered) {
  answers.Await({kMost});
  BOOST_TEST(!IsAdmitted());
  answers.Set(0, Answer(1));
  BOOST_TEST(IsAdmitted());
}

BOOST_AUTO_TEST_CASE(answers_count_until_they_are_written) {
  answers.Await({1});
  answers.Set(0, Answer(1, kMost));
  BOOST_TEST(!IsAdmitted());
  answers.TakeFirst();
  BOOST_TEST(!IsAdmitted());
  BOOST_TEST(answers.bytes() >= kMost);
  answers.NoteWritten();
  BOOST_TEST(answers.bytes() == 0u);
  BOOST_TEST(IsAdmitted());
}

BOOST_AUTO_TEST_CASE(masses_of_small_ones_count) {
  answers.Await(std::vector<size_t>(2000, 0));
  for (size_t i = 0; i < 2000; ++i) answers.Set(i, Answer(1));
  BOOST_TEST(!IsAdmitted());
}

BOOST_AUTO_TEST_CASE(what_is_let_go_of_counts_no_more) {
  answers.Await({kMost});
  answers.LetGo();
  BOOST_TEST(IsAdmitted());
  answers.Set(0, Answer(1, kMost));
  BOOST_TEST(IsAdmitted());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service

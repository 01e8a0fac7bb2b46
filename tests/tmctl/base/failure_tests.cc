#include <cerrno>
#include <map>
#include <set>
#include <string>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/base/failure.h"

namespace turbo::ctl {
namespace {

// What scripts rely on.
const std::map<std::string, int> kExits{
    {"usage", 64},
    {"invalid_argument", 65},
    {"weak_password", 65},
    {"message_too_large", 65},
    {"user_exists", 65},
    {"token_exists", 65},
    {"request_id_reused", 65},
    {"cursor_invalid", 65},
    {"message_not_found", 66},
    {"token_not_found", 66},
    {"invite_not_found", 66},
    {"no_input", 66},
    {"recipient_not_found", 67},
    {"user_not_found", 67},
    {"registration_closed", 69},
    {"internal", 70},
    {"os_error", 71},
    {"cannot_create", 73},
    {"io_error", 74},
    {"unavailable", 75},
    {"deadline_exceeded", 75},
    {"inbox_full", 75},
    {"rate_limited", 75},
    {"store_full", 75},
    {"outbox_full", 75},
    {"busy", 75},
    {"protocol_mismatch", 76},
    {"not_logged_in", 77},
    {"session_expired", 77},
    {"token_expired", 77},
    {"bad_credentials", 77},
    {"permission_denied", 77},
    {"account_disabled", 77},
    {"bad_config", 78},
};

BOOST_AUTO_TEST_SUITE(failure)

BOOST_AUTO_TEST_CASE(each_code_has_its_exit_status) {
  for (const auto& [code, exit] : kExits) {
    BOOST_TEST(IsKnownCode(code), code);
    BOOST_TEST(ExitOf(code) == exit, code);
    BOOST_TEST(Failure(code, "").Exit() == exit, code);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_code_is_an_internal_error) {
  BOOST_TEST(!IsKnownCode("nonsense"));
  BOOST_TEST(!IsKnownCode(""));
  BOOST_TEST(!IsKnownCode("Usage"));
  BOOST_TEST(ExitOf("nonsense") == 70);
}

BOOST_AUTO_TEST_CASE(exactly_what_exits_with_75_may_succeed_later) {
  for (const auto& [code, exit] : kExits) {
    BOOST_TEST(Failure(code, "").Retryable() == (exit == 75), code);
  }
}

BOOST_AUTO_TEST_CASE(only_what_may_pass_is_queued) {
  const std::set<std::string> queued{
      "os_error",     "unavailable", "deadline_exceeded", "inbox_full",
      "rate_limited", "store_full",  "protocol_mismatch"};
  for (const auto& [code, exit] : kExits) {
    BOOST_TEST(Failure(code, "").Queued() == queued.contains(code), code);
  }
  BOOST_TEST(!Failure("nonsense", "").Queued());
}

BOOST_AUTO_TEST_CASE(a_refused_message_is_refused_for_ever) {
  for (const char* code :
       {"recipient_not_found", "message_too_large", "message_not_found",
        "invalid_argument", "request_id_reused"}) {
    BOOST_TEST(Failure(code, "").RefusesMessage(), code);
  }
  for (const char* code : {"inbox_full", "session_expired", "bad_config",
                           "no_input", "internal"}) {
    BOOST_TEST(!Failure(code, "").RefusesMessage(), code);
  }
}

BOOST_AUTO_TEST_CASE(a_code_brings_its_hint_unless_one_is_given) {
  BOOST_TEST(!Failure("not_logged_in", "sentence").hint.empty());
  BOOST_TEST(Failure("not_logged_in", "sentence", "hint").hint == "hint");
  BOOST_TEST(Failure("nonsense", "sentence").hint.empty());
}

BOOST_AUTO_TEST_CASE(a_failure_is_what_it_says) {
  const Failure failure("busy", "a sentence");
  BOOST_TEST(failure.what() == "a sentence");
  BOOST_TEST(!failure.outcome_unknown);
  BOOST_TEST(!failure.retry_after_ms.has_value());
  BOOST_TEST(Usage("wrong").code == "usage");
  BOOST_TEST(Usage("wrong").message == "wrong");
}

BOOST_AUTO_TEST_CASE(a_command_can_have_a_status_of_its_own) {
  Failure failure("unavailable", "");
  failure.exit_as = 125;
  BOOST_TEST(failure.Exit() == 125);
  BOOST_TEST(!failure.Retryable());
}

BOOST_AUTO_TEST_CASE(an_error_of_the_system_becomes_a_sentence) {
  BOOST_TEST(WithErrno("can't write x", ENOSPC) ==
             "can't write x: No space left on device");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl

#include "tmctl/base/failure.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace turbo::ctl {
namespace {

struct Row {
  std::string_view code;
  int exit;
  std::string_view hint;
  bool queued = false;  // `auto` puts a send that fails like this in the spool
};

constexpr bool kQueued = true;

constexpr std::array kTable{
    Row{"usage", 64, "see: tmctl help"},
    Row{"invalid_argument", 65, ""},
    Row{"weak_password", 65, "choose a longer password"},
    Row{"message_too_large", 65,
        "attach less, or cut the body with --max-body SIZE"},
    Row{"user_exists", 65,
        "choose another name, or log in with: tmctl login USER"},
    Row{"token_exists", 65,
        "choose another name, or get a new secret with: tmctl token rotate "
        "NAME"},
    Row{"request_id_reused", 65,
        "the key was used for another message: choose a new one, or accept "
        "that message with --once"},
    Row{"cursor_invalid", 65,
        "start again from the oldest message with --cursor '', or remove the "
        "cursor file"},
    Row{"message_not_found", 66,
        "list what is there with: tmctl inbox, tmctl outbox"},
    Row{"token_not_found", 66, "list what is there with: tmctl token list"},
    Row{"invite_not_found", 66,
        "list what is there with: tmctl admin invite list"},
    Row{"no_input", 66, ""},
    Row{"recipient_not_found", 67, "check the names; nothing was sent"},
    Row{"user_not_found", 67, "list who is there with: tmctl admin user list"},
    Row{"registration_closed", 69, ""},
    Row{"internal", 70, "the server's log says more"},
    Row{"os_error", 71, "", kQueued},
    Row{"cannot_create", 73, ""},
    Row{"io_error", 74, ""},
    Row{"unavailable", 75, "check the address, and that tmserver is running",
        kQueued},
    Row{"deadline_exceeded", 75, "give it more time with --timeout", kQueued},
    Row{"inbox_full", 75,
        "the recipient must delete mail first; nothing was sent", kQueued},
    Row{"rate_limited", 75, "try again later, or use --retry", kQueued},
    Row{"store_full", 75, "the server's disk is full; nothing was stored",
        kQueued},
    Row{"outbox_full", 75,
        "make room with: tmctl delete --box outbox ID; or send with --no-copy"},
    Row{"busy", 75, "try again when the other process has finished"},
    Row{"protocol_mismatch", 76, "is it a tmserver, and as new as this tmctl?",
        kQueued},
    Row{"not_logged_in", 77, "log in with: tmctl login USER"},
    Row{"session_expired", 77, "log in again with: tmctl login USER"},
    Row{"token_expired", 77,
        "get a new secret, with a login: tmctl token rotate NAME"},
    Row{"bad_credentials", 77, ""},
    Row{"permission_denied", 77,
        "use a login, or a token of a wider scope; ask an administrator for "
        "what only those may do"},
    Row{"account_disabled", 77, "ask the server's administrator"},
    Row{"bad_config", 78, ""},
};

const Row* Find(std::string_view code) {
  const auto row = std::find_if(kTable.begin(), kTable.end(),
                                [&](const Row& r) { return r.code == code; });
  return row == kTable.end() ? nullptr : &*row;
}

}  // namespace

Failure::Failure(std::string error_code, std::string sentence,
                 std::string way_out)
    : code(std::move(error_code)),
      message(std::move(sentence)),
      hint(std::move(way_out)) {
  const Row* row = Find(code);
  if (hint.empty() && row != nullptr) hint = row->hint;
}

int Failure::Exit() const { return exit_as.value_or(ExitOf(code)); }

bool Failure::Queued() const {
  const Row* row = Find(code);
  return row != nullptr && row->queued;
}

bool Failure::OutOfReach() const {
  return (code == "unavailable" || code == "deadline_exceeded") &&
         !outcome_unknown;
}

bool Failure::RefusesMessage() const {
  return Exit() == 65 || Exit() == 67 || code == "message_not_found";
}

Failure Usage(std::string sentence) {
  return Failure("usage", std::move(sentence));
}

Failure Unencrypted(const std::string& server) {
  return Failure("bad_config",
                 "the connection to " + server + " is not encrypted",
                 "name the server as tls://" + server +
                     " if it has TLS, or give --insecure where the network is "
                     "trusted");
}

int ExitOf(std::string_view code) {
  const Row* row = Find(code);
  return row == nullptr ? 70 : row->exit;
}

bool IsKnownCode(std::string_view code) { return Find(code) != nullptr; }

std::string WithErrno(const std::string& what, int error) {
  return what + ": " + std::strerror(error);
}

}  // namespace turbo::ctl

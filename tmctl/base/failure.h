// Every way in which a command fails: a code that scripts can rely on, an exit
// status, a sentence and a way out.
#ifndef TMCTL_BASE_FAILURE_H_
#define TMCTL_BASE_FAILURE_H_

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turbo::ctl {

// Exit statuses that are no failure (sysexits are; see ExitOf).
inline constexpr int kExitOk = 0;
inline constexpr int kExitNo = 1;    // "no" to a question
inline constexpr int kExitSome = 3;  // some of several operations failed

// Thrown anywhere, caught in main. `code` is one of the table in failure.cc.
class Failure : public std::exception {
 public:
  Failure(std::string error_code, std::string sentence,
          std::string way_out = {});

  const char* what() const noexcept override { return message.c_str(); }
  int Exit() const;  // exit_as, else the code's
  // The same command may succeed later: exactly the failures that exit with 75.
  bool Retryable() const { return Exit() == 75; }
  // Of a send: `--queue auto` puts it in the spool.
  bool Queued() const;
  // The server was never reached; another call now will fare no better.
  bool OutOfReach() const;
  // Of a send: the message itself is refused, and will always be.
  bool RefusesMessage() const;

  std::string code;
  std::string message;
  std::string hint;  // from the code where none was given; may be empty
  std::vector<std::string> users;
  std::vector<int64_t> ids;
  std::string key;               // of a send
  std::optional<int64_t> line;   // of a batch
  bool outcome_unknown = false;  // a send may have been stored
  std::optional<int64_t> retry_after_ms;
  std::optional<int> exit_as;  // a status of the command's own
};

// The command line is wrong: exit 64.
Failure Usage(std::string sentence);

// A server whose connection anybody could read, without --insecure.
Failure Unencrypted(const std::string& server);

// The exit status of `code`; 70 for one that isn't in the table.
int ExitOf(std::string_view code);

bool IsKnownCode(std::string_view code);

// An OS error as a sentence: "WHAT: No space left on device".
std::string WithErrno(const std::string& what, int error);

}  // namespace turbo::ctl

#endif  // TMCTL_BASE_FAILURE_H_

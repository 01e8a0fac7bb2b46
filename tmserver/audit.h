// The audit log: who did what from where, one JSON object a line, whatever the
// format of the other log.
#ifndef TMSERVER_AUDIT_H_
#define TMSERVER_AUDIT_H_

#include <string>
#include <string_view>

namespace turbo::audit {

// What is written: everything, only what was refused, or nothing.
enum class Level { kInfo, kWarn, kOff };

// Where to: `none`, `stderr`, or the path of a file.
inline constexpr char kNone[] = "none";
inline constexpr char kStderr[] = "stderr";

// Values may be hostile: they are cut and escaped. Never a password, a token or
// a body. What is empty becomes null.
struct Entry {
  std::string_view event;
  std::string_view user;          // who called, once that was shown
  std::string_view peer;          // an address
  std::string_view token;         // the name of the access token that was used
  std::string_view target;        // whom or what it was done to
  std::string_view outcome;       // OK, or the error's code in upper case
  std::string_view details = {};  // how: enabled=false
};

// All thread-safe, but for Start. Nothing is written before Start. Where
// writing fails, the other log tells so once a minute, and the mail goes on.

// The file is made with mode 0600 and appended to. Throws std::system_error.
void Start(const std::string& destination, Level level);
void SetLevel(Level level);

// Begins the file anew where it was moved away. Throws std::system_error; the
// old one stays in use then.
void Reopen();

// At level info where the outcome is OK, else at warn. Of RATE_LIMITED and
// NOT_LOGGED_IN ones at most 10 a second are written; the next that is has the
// number of the others in `omitted`.
void Write(const Entry& entry);

}  // namespace turbo::audit

#endif  // TMSERVER_AUDIT_H_

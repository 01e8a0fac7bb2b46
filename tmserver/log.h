// The server's log: one line per event on stderr, as text or as JSON.
#ifndef TMSERVER_LOG_H_
#define TMSERVER_LOG_H_

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace turbo::log {

enum class Level { kTrace, kDebug, kInfo, kWarn, kError, kCritical, kOff };
enum class Format { kText, kJson };

// One `name=value` of a line. Values may be hostile: they are escaped, so that
// they can forge no line. Never a password, a token or a body.
struct Field {
  Field(std::string_view field, std::string_view text)
      : name(field), value(text), is_number(false) {}
  Field(std::string_view field, std::integral auto number)
      : name(field), value(std::to_string(number)), is_number(true) {}

  std::string_view name;
  std::string value;
  bool is_number;
};
using Fields = std::initializer_list<Field>;

// All thread-safe, but for Start. Nothing is written before Start, and trouble
// with stderr is nobody's.
void Start(Format format, Level level);
void SetLevel(Level level);
void Write(Level level, std::string_view event, Fields fields = {});

// While it lives, the lines of its thread wait, for each other or for one of a
// warning or worse, and are written together. One at a time in each thread.
class Gathering {
 public:
  Gathering();
  ~Gathering();
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;
};

// What a line says after its time and level.
std::string Payload(Format format, std::string_view event, Fields fields);

}  // namespace turbo::log

#endif  // TMSERVER_LOG_H_

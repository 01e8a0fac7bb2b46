// Text for terminals: UTF-8, display columns, harmlessness.
#ifndef TMCTL_BASE_TEXT_H_
#define TMCTL_BASE_TEXT_H_

#include <string>
#include <string_view>

namespace turbo::ctl {

bool IsUtf8(std::string_view text);

// `text` with everything that could steer a terminal made visible: control
// characters as `^[` or `\u{9b}`, characters that reorder text as `\u{202e}`,
// marks piled up over a character as `\u{301}` from the eleventh on, bytes that
// are not UTF-8 as U+FFFD. `keep` lists control characters that stay
// (such as "\n\t").
std::string Harmless(std::string_view text, std::string_view keep = {});

// JSON as it is, but for characters that steer a terminal: those that stand in
// its strings become \uXXXX, which is the same JSON.
std::string HarmlessJson(std::string_view json);

// How many columns harmless text takes.
size_t WidthOf(std::string_view text);

// Harmless text cut (with `…`) or filled with spaces to `width` columns.
std::string FitTo(std::string_view text, size_t width);

// The first `size` bytes of `text` or fewer, not ending inside a character.
std::string_view CutAtCharacter(std::string_view text, size_t size);

}  // namespace turbo::ctl

#endif  // TMCTL_BASE_TEXT_H_

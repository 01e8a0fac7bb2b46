// The beginning and the end of a text of any length, in bounded memory.
#ifndef TMCTL_PROCESS_EXCERPT_H_
#define TMCTL_PROCESS_EXCERPT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace turbo::ctl {

class Excerpt {
 public:
  // Keeps the first `head` and the last `tail` bytes.
  Excerpt(size_t head, size_t tail) : max_head_(head), max_tail_(tail) {}

  void Append(std::string_view bytes);

  // All of it; or head and tail, with a line between them that says how many
  // bytes are left out. UTF-8 stays UTF-8.
  std::string Text() const;

 private:
  size_t max_head_;
  size_t max_tail_;
  size_t total_ = 0;
  std::string head_;  // and a byte more
  std::string tail_;  // what follows the head; up to twice what is kept
};

}  // namespace turbo::ctl

#endif  // TMCTL_PROCESS_EXCERPT_H_

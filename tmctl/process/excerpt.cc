#include "tmctl/process/excerpt.h"

#include <algorithm>

#include "tmctl/base/text.h"

namespace turbo::ctl {
namespace {

// What must be known after the head to tell whether it ends in a character.
constexpr size_t kLookAhead = 1;

bool ContinuesCharacter(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

void Excerpt::Append(std::string_view bytes) {
  total_ += bytes.size();
  const size_t room = max_head_ + kLookAhead - head_.size();
  head_.append(bytes.substr(0, room));
  bytes.remove_prefix(std::min(room, bytes.size()));
  bytes.remove_prefix(bytes.size() - std::min(max_tail_, bytes.size()));
  tail_.append(bytes);
  if (tail_.size() > 2 * max_tail_) tail_.erase(0, tail_.size() - max_tail_);
}

std::string Excerpt::Text() const {
  if (total_ <= max_head_ + max_tail_) return head_ + tail_;
  const std::string_view head = CutAtCharacter(head_, max_head_);
  std::string_view tail = tail_;
  tail.remove_prefix(tail.size() - std::min(max_tail_, tail.size()));
  constexpr int kMostContinuations = 3;
  for (int i = 0; i < kMostContinuations && !tail.empty() &&
                  ContinuesCharacter(tail.front());
       ++i) {
    tail.remove_prefix(1);
  }
  const size_t left_out = total_ - head.size() - tail.size();
  return std::string(head) + "\n[" + std::to_string(left_out) +
         " bytes left out]\n" + std::string(tail);
}

}  // namespace turbo::ctl

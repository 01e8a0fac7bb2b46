#include "tmctl/sending/line_reader.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace turbo::ctl {
namespace {

constexpr size_t kChunk = 64 << 10;

}  // namespace

std::optional<LineReader::Line> LineReader::Next() {
  const size_t newline = buffer_.find('\n', looked_at_);
  if (newline != std::string::npos) {
    return Cut(newline - begin_, newline - begin_ + 1);
  }
  const size_t left = buffer_.size() - begin_;
  if (at_end_ && (left > 0 || skipping_)) return Cut(left, left);
  looked_at_ = buffer_.size();
  if (left > longest_ || skipping_) {
    skipping_ = true;
    std::string().swap(buffer_);
    begin_ = looked_at_ = 0;
  }
  return std::nullopt;
}

int LineReader::Read() {
  buffer_.erase(0, begin_);
  looked_at_ -= begin_;
  begin_ = 0;
  if (buffer_.empty()) std::string().swap(buffer_);
  const size_t before = buffer_.size();
  buffer_.resize(before + kChunk);
  ssize_t n = -1;
  do {
    n = read(fd_, buffer_.data() + before, kChunk);
  } while (n < 0 && errno == EINTR);
  const int error = n < 0 ? errno : 0;
  buffer_.resize(before + static_cast<size_t>(n < 0 ? 0 : n));
  if (n <= 0) at_end_ = true;
  return error;
}

// The line of `size` bytes that begins here; moves on behind its newline.
std::optional<LineReader::Line> LineReader::Cut(size_t size,
                                                size_t with_newline) {
  Line line;
  line.too_long = std::exchange(skipping_, false) || size > longest_;
  if (!line.too_long) line.text = buffer_.substr(begin_, size);
  begin_ += with_newline;
  looked_at_ = begin_;
  return line;
}

}  // namespace turbo::ctl

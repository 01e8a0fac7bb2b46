// Lines from a descriptor, of bounded length.
#ifndef TMCTL_SENDING_LINE_READER_H_
#define TMCTL_SENDING_LINE_READER_H_

#include <cstddef>
#include <optional>
#include <string>

namespace turbo::ctl {

class LineReader {
 public:
  // `fd` outlives it. Of a line with more than `longest` bytes nothing is kept.
  LineReader(int fd, size_t longest) : fd_(fd), longest_(longest) {}

  struct Line {
    std::string text;  // without its newline
    bool too_long = false;
  };
  // The next line that is there whole; the last one may lack its newline.
  std::optional<Line> Next();

  // Nothing is left but what Next returns.
  bool IsAtEnd() const { return at_end_; }

  // Reads once, which blocks until something comes. Returns errno, or 0.
  int Read();

 private:
  std::optional<Line> Cut(size_t size, size_t with_newline);

  const int fd_;
  const size_t longest_;
  std::string buffer_;
  size_t begin_ = 0;      // of the next line in the buffer
  size_t looked_at_ = 0;  // there is no newline between begin_ and this
  bool at_end_ = false;
  bool skipping_ = false;  // the rest of a line that is too long
};

}  // namespace turbo::ctl

#endif  // TMCTL_SENDING_LINE_READER_H_

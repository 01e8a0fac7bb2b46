// Passes a command's output on to ours, and remembers head and tail of it.
#ifndef TMCTL_PROCESS_RELAY_H_
#define TMCTL_PROCESS_RELAY_H_

#include <poll.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tmctl/base/files.h"
#include "tmctl/process/excerpt.h"

namespace turbo::ctl {

// Output that is held back, in a file without a name.
class Held {
 public:
  Held();

  // False where it can't be kept.
  bool Keep(int fd, std::string_view bytes);
  // Writes all of it to where it belongs, as far as that works.
  void Release();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  off_t end_ = 0;  // of what is kept whole
};

// For one thread, which calls AddTo, poll(2) and Handle in turn. Nothing blocks
// but the release of what is held.
class Relay {
 public:
  // Reads from the two pipes. `hold`: keep the output until Release.
  Relay(File from_stdout, File from_stderr, bool hold);

  // What to wait for.
  void AddTo(std::vector<pollfd>& fds) const;
  // Does what can be done after the wait.
  void Handle(const std::vector<pollfd>& fds);

  // The command has ended: from now on only what it has written is owed.
  void BeginDraining();
  // Everything that is owed is passed on.
  bool IsDrained() const;
  // The pipes are closed, too: nothing will come any more.
  bool IsAtEnd() const;

  // Passes on what was held.
  void Release();
  std::string Text() const { return excerpt_.Text(); }
  // Why a part of the output got lost on its way, other than that nobody reads
  // it; 0 where none did.
  int Error() const;

 private:
  struct Stream {
    Stream(File from, int to) : in(std::move(from)), out(to) {}
    File in;
    int out;
    bool open = true;     // `in` has not ended
    int error = 0;        // why `out` takes nothing more
    size_t owed = 0;      // bytes of the command's own still in the pipe
    std::string pending;  // read, not yet written
  };
  void Read(Stream& stream);
  static void Write(Stream& stream);

  std::array<Stream, 2> streams_;
  std::unique_ptr<Held> held_;
  Excerpt excerpt_;
};

}  // namespace turbo::ctl

#endif  // TMCTL_PROCESS_RELAY_H_

#include "tmctl/process/relay.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace turbo::ctl {
namespace {

constexpr size_t kHead = size_t{16} << 10;
constexpr size_t kTail = size_t{48} << 10;
constexpr size_t kChunk = size_t{64} << 10;

// Of a chunk that is held.
struct Header {
  int fd;
  size_t size;
};

// As far as that works.
void WriteWhole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      pollfd writable{fd, POLLOUT, 0};
      poll(&writable, 1, -1);
      continue;
    }
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

}  // namespace

Held::Held() : file_(std::tmpfile()) {
  if (file_) fcntl(fileno(file_.get()), F_SETFD, FD_CLOEXEC);
}

bool Held::Keep(int fd, std::string_view bytes) {
  if (!file_) return false;
  const Header header{fd, bytes.size()};
  if (std::fwrite(&header, sizeof(header), 1, file_.get()) != 1 ||
      std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size() ||
      std::fflush(file_.get()) != 0) {
    return false;
  }
  end_ = ftello(file_.get());
  return true;
}

void Held::Release() {
  if (!file_) return;
  std::rewind(file_.get());
  Header header{};
  std::string bytes;
  while (ftello(file_.get()) < end_ &&
         std::fread(&header, sizeof(header), 1, file_.get()) == 1) {
    bytes.resize(header.size);
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file_.get()));
    WriteWhole(header.fd, bytes);
  }
  file_.reset();
}

Relay::Relay(File from_stdout, File from_stderr, bool hold)
    : streams_{{{std::move(from_stdout), STDOUT_FILENO},
                {std::move(from_stderr), STDERR_FILENO}}},
      held_(hold ? std::make_unique<Held>() : nullptr),
      excerpt_(kHead, kTail) {}

void Relay::AddTo(std::vector<pollfd>& fds) const {
  for (const Stream& stream : streams_) {
    if (!stream.pending.empty()) {
      fds.push_back({stream.out, POLLOUT, 0});
    } else if (stream.open) {
      fds.push_back({stream.in.fd(), POLLIN, 0});
    }
  }
}

void Relay::Handle(const std::vector<pollfd>& fds) {
  for (const pollfd& ready : fds) {
    if (ready.revents == 0) continue;
    for (Stream& stream : streams_) {
      if (!stream.pending.empty() && ready.fd == stream.out) {
        Write(stream);
      } else if (stream.open && ready.fd == stream.in.fd()) {
        Read(stream);
      }
    }
  }
}

void Relay::Read(Stream& stream) {
  std::string bytes(kChunk, '\0');
  const ssize_t n = read(stream.in.fd(), bytes.data(), bytes.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) {
    stream.open = false;
    stream.owed = 0;
    return;
  }
  bytes.resize(static_cast<size_t>(n));
  stream.owed -= std::min(stream.owed, bytes.size());
  excerpt_.Append(bytes);
  if (held_ && held_->Keep(stream.out, bytes)) return;
  // Where it can't be held it is better said too early than not at all.
  if (held_) Release();
  if (stream.error == 0) stream.pending = std::move(bytes);
}

void Relay::Write(Stream& stream) {
  // What poll promises that a pipe takes without blocking.
  const size_t size = std::min<size_t>(stream.pending.size(), PIPE_BUF);
  const ssize_t n = write(stream.out, stream.pending.data(), size);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n < 0) {
    stream.error = errno;
    stream.pending.clear();
    return;
  }
  stream.pending.erase(0, static_cast<size_t>(n));
}

void Relay::BeginDraining() {
  for (Stream& stream : streams_) {
    int size = 0;
    if (stream.open && ioctl(stream.in.fd(), FIONREAD, &size) == 0) {
      stream.owed = static_cast<size_t>(size);
    }
  }
}

bool Relay::IsDrained() const {
  return std::all_of(streams_.begin(), streams_.end(), [](const Stream& s) {
    return s.pending.empty() && s.owed == 0;
  });
}

bool Relay::IsAtEnd() const {
  return IsDrained() && std::none_of(streams_.begin(), streams_.end(),
                                     [](const Stream& s) { return s.open; });
}

int Relay::Error() const {
  for (const Stream& stream : streams_) {
    const int error = stream.error;
    if (error != 0 && error != EPIPE && error != EBADF) return error;
  }
  return 0;
}

void Relay::Release() {
  if (!held_) return;
  held_->Release();
  held_.reset();
}

}  // namespace turbo::ctl

#include "tmctl/spool/spool.h"

#include <absl/strings/ascii.h>
#include <fcntl.h>
#include <google/protobuf/util/message_differencer.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

namespace turbo::ctl {
namespace {

namespace fs = std::filesystem;

constexpr char kSystemPlace[] = "/var/spool/turbomessage/queue";
constexpr char kFailed[] = "failed";
constexpr char kLock[] = ".lock";
constexpr char kSuffix[] = ".json";
constexpr Milliseconds kPatience = std::chrono::seconds(5);
constexpr size_t kMaxEntry = size_t{1} << 30;
constexpr mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Failure NotOurs(const std::string& path, const std::string& why) {
  return Failure("bad_config", "the spool can't be in " + path + ": " + why,
                 "name another directory with TMCTL_QUEUE_DIR");
}

void CheckOurs(const std::string& path, const struct stat& status) {
  if (!S_ISDIR(status.st_mode)) throw NotOurs(path, "it is no directory");
  if (status.st_uid != geteuid()) {
    throw NotOurs(path, "it belongs to another user");
  }
  if ((status.st_mode & kOthersMayWrite) != 0) {
    throw NotOurs(path, "others can write to it");
  }
}

// Our own directory in one where everybody may make theirs. Others may have
// made something of its name.
std::string OurDirectoryIn(const std::string& shared, bool make) {
  std::string path = shared + "/" + std::to_string(geteuid());
  if (make && mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    throw Failure("cannot_create", WithErrno("can't create " + path, errno));
  }
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return {};
  CheckOurs(path, status);
  return path;
}

// Where our entries of the place `path` are; empty where there are none, but
// not where one is to be added.
std::string DirectoryAt(const std::string& path, bool adding) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (!adding) return {};
    throw Failure("cannot_create", WithErrno("can't use " + path, errno));
  }
  if (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0 &&
      (status.st_mode & S_IWOTH) != 0) {
    return OurDirectoryIn(path, adding);
  }
  CheckOurs(path, status);
  return path;
}

// Opens an entry; nothing where it is gone. What only looks like an entry of
// ours could be a trap: a link, a pipe, somebody else's text.
std::optional<File> OpenOurs(const std::string& path, int flags) {
  File file(open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.fd() < 0) {
    if (errno == ENOENT) return std::nullopt;
    throw Failure("io_error", WithErrno("can't open " + path, errno));
  }
  struct stat status {};
  if (fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode) ||
      status.st_uid != geteuid() || (status.st_mode & kOthersMayWrite) != 0) {
    throw Failure("io_error", path + " is not a file of ours alone");
  }
  return file;
}

SpoolEntry ReadEntry(const File& file, const std::string& path) {
  try {
    return ParseEntry(ReadAll(file.fd(), path, kMaxEntry).bytes);
  } catch (Failure& failure) {
    failure.message = path + ": " + failure.message;
    throw;
  }
}

bool IsSameFile(const File& file, const std::string& path) {
  struct stat held {};
  struct stat there {};
  return fstat(file.fd(), &held) == 0 && stat(path.c_str(), &there) == 0 &&
         held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

// What the server calls the same content.
bool IsSameContent(turbomessage::v1::SendRequest a,
                   turbomessage::v1::SendRequest b) {
  for (auto* request : {&a, &b}) {
    std::sort(request->mutable_to()->begin(), request->mutable_to()->end());
    request->set_once(false);
    request->clear_ttl();
  }
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator i(directory, error), end; !error && i != end;
       i.increment(error)) {
    names.push_back(i->path().filename());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw Failure("io_error",
                  "can't read " + directory + ": " + error.message());
  }
  std::sort(names.begin(), names.end());
  return names;
}

FileLock LockOf(const std::string& directory) {
  return FileLock(directory + "/" + kLock, kPatience);
}

std::string ParentOf(const std::string& path) {
  return fs::path(path).parent_path();
}

// The directory with the lock.
std::string DirectoryOf(const SpoolFile& file) {
  const std::string parent = ParentOf(file.path);
  return file.state == SpoolState::kFailed ? ParentOf(parent) : parent;
}

// The milliseconds since 1970 that a file's name begins with; 0 where none do.
int64_t TimeIn(const std::string& name) {
  return ParseNumber(name.substr(0, name.find('-'))).value_or(0);
}

constexpr size_t kDigits = 14;

// Milliseconds since 1970, which sort, and what tells the send from others.
// They are later than `last`, since several sends may come within one.
std::string NameOf(const SpoolEntry& entry, int64_t last) {
  std::string time = std::to_string(
      std::max(last + 1, entry.queued_at.time_since_epoch().count()));
  time.insert(0, kDigits - std::min(kDigits, time.size()), '0');
  return time + "-" + IdentityOf(entry) + kSuffix;
}

// Whether ReplaceFile gives such a name to an entry that it writes.
bool IsUnfinished(const std::string& name) {
  constexpr std::string_view kRandom = ".XXXXXX";
  const size_t suffix = name.rfind(kSuffix + std::string("."));
  return suffix != std::string::npos && suffix > kDigits &&
         suffix + std::string_view(kSuffix).size() + kRandom.size() ==
             name.size() &&
         name[kDigits] == '-' &&
         std::all_of(name.begin(), name.begin() + kDigits, absl::ascii_isdigit);
}

// Of processes that were killed.
void RemoveUnfinished(const std::string& directory) {
  for (const std::string& name : NamesIn(directory)) {
    if (IsUnfinished(name)) {
      unlink((directory + "/" + name).c_str());
    }
  }
}

bool AddIn(const std::string& directory, const SpoolEntry& entry) {
  const FileLock lock = LockOf(directory);
  const std::string same = "-" + IdentityOf(entry) + kSuffix;
  int64_t last = 0;
  for (const std::string& name : NamesIn(directory)) {
    last = std::max(last, TimeIn(name));
    if (!name.ends_with(same)) continue;
    const std::string path = directory + "/" + name;
    const auto file = OpenOurs(path, O_RDONLY);
    if (!file) continue;
    if (entry.request.once() ||
        IsSameContent(ReadEntry(*file, path).request, entry.request)) {
      return false;
    }
    Failure failure("request_id_reused",
                    "another message waits in the spool under this key");
    failure.key = entry.key();
    throw failure;
  }
  ReplaceFile(directory + "/" + NameOf(entry, last), ToText(entry));
  return true;
}

}  // namespace

Spool::Spool() {
  if (const std::string own = Variable("TMCTL_QUEUE_DIR"); !own.empty()) {
    places_ = {{fs::absolute(own), true, false}};
    return;
  }
  // systemd lists several with colons between them.
  if (std::string state = Variable("STATE_DIRECTORY"); !state.empty()) {
    state.resize(std::min(state.size(), state.find(':')));
    places_ = {{state + "/queue", true, false}};
    return;
  }
  std::string base = Variable("XDG_STATE_HOME");
  if (!base.starts_with('/')) {
    const std::string home = HomeDirectory();
    base = home.empty() ? "" : home + "/.local/state";
  }
  if (!base.empty()) {
    places_.push_back({base + "/turbomessage/queue", true, true});
  }
  // Made by the administrator: for us it would be ours alone.
  places_.push_back({kSystemPlace, false, true});
}

bool Spool::Add(const SpoolEntry& entry) const {
  std::optional<Failure> first;
  for (const Place& place : places_) {
    try {
      if (place.make) MakeDirectories(place.path);
      return AddIn(DirectoryAt(place.path, true), entry);
    } catch (const Failure& failure) {
      if (!place.fallback || failure.RefusesMessage()) throw;
      if (!first) first = failure;
    }
  }
  throw *first;
}

std::vector<std::string> Spool::Directories(
    std::vector<std::string>& problems) const {
  std::vector<std::string> directories;
  for (const Place& place : places_) {
    try {
      std::string directory = DirectoryAt(place.path, false);
      if (!directory.empty()) directories.push_back(std::move(directory));
    } catch (const Failure& failure) {
      problems.push_back(failure.message);
    }
  }
  return directories;
}

Spool::Listing Spool::List() const {
  Listing listing;
  listing.directories = Directories(listing.problems);
  for (const SpoolState state : {SpoolState::kWaiting, SpoolState::kFailed}) {
    for (std::string directory : listing.directories) {
      if (state == SpoolState::kFailed) directory += std::string("/") + kFailed;
      try {
        for (const std::string& name : NamesIn(directory)) {
          if (!name.ends_with(kSuffix)) continue;
          listing.files.push_back({directory + "/" + name, state});
        }
      } catch (const Failure& failure) {
        listing.problems.push_back(failure.message);
      }
    }
  }
  return listing;
}

std::string Spool::Obstacle() const {
  std::string first;
  for (const Place& place : places_) {
    std::string why;
    try {
      fs::path found = DirectoryAt(place.path, false);
      if (found.empty()) found = fs::absolute(place.path);
      while (place.make && access(found.c_str(), F_OK) != 0) {
        found = found.parent_path();
      }
      // With the slash it must be a directory.
      if (access((found / "").c_str(), W_OK | X_OK) == 0) return {};
      why = WithErrno("can't write to " + found.string(), errno);
    } catch (const Failure& failure) {
      why = failure.message;
      if (!place.fallback) return why;
    }
    if (first.empty()) first = why;
  }
  return first;
}

void Spool::Tidy() const {
  std::vector<std::string> ignored;
  for (const std::string& directory : Directories(ignored)) {
    try {
      // Whoever writes a file holds the lock: what is unfinished is abandoned.
      const FileLock lock = LockOf(directory);
      RemoveUnfinished(directory);
      RemoveUnfinished(directory + "/" + kFailed);
    } catch (const Failure&) {
      continue;  // what can't be written to can't be tidied
    }
  }
}

std::optional<SpoolClaim> SpoolClaim::Of(const SpoolFile& file) {
  if (access(ParentOf(file.path).c_str(), W_OK) != 0) {
    // It could be sent, but not taken out afterwards.
    throw Failure("io_error",
                  WithErrno("can't write to " + ParentOf(file.path), errno));
  }
  auto lock = OpenOurs(file.path, O_RDWR);
  if (!lock) return std::nullopt;
  if (flock(lock->fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    throw Failure("io_error", WithErrno("can't lock " + file.path, errno));
  }
  // Between opening and locking another process may have finished with it.
  if (!IsSameFile(*lock, file.path)) return std::nullopt;
  SpoolEntry entry = ReadEntry(*lock, file.path);
  return SpoolClaim(file, *std::move(lock), std::move(entry));
}

void SpoolClaim::Save() {
  const FileLock lock = LockOf(DirectoryOf(where_));
  ReplaceFile(where_.path, ToText(entry_));
}

void SpoolClaim::Fail() {
  if (where_.state == SpoolState::kFailed) return Save();
  const std::string failed = DirectoryOf(where_) + "/" + kFailed;
  MakeDirectories(failed);
  const fs::path name = fs::path(where_.path).filename();
  {
    const FileLock lock = LockOf(DirectoryOf(where_));
    ReplaceFile(failed / name, ToText(entry_));
  }
  // A crash before this leaves both; the next flush comes to the same end.
  RemoveFile(where_.path);
}

void SpoolClaim::Remove() { RemoveFile(where_.path); }

std::optional<SpoolEntry> PeekAt(const SpoolFile& file) {
  const auto opened = OpenOurs(file.path, O_RDONLY);
  if (!opened) return std::nullopt;
  SpoolEntry entry = ReadEntry(*opened, file.path);
  entry.request.clear_body();
  entry.request.clear_attachments();
  return entry;
}

}  // namespace turbo::ctl

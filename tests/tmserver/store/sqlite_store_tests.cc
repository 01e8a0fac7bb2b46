// What only the SQLite store promises: its file.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>

#include "tests/tmserver/store/house.h"
#include "tmserver/store/sqlite.h"
#include "tmserver/store/sqlite_store.h"

namespace {

std::atomic<int> syncs = 0;
std::atomic<bool> index_is_full = false;

}  // namespace

// SQLite finds these instead of libc's, so that its syncs can be counted.
extern "C" int fdatasync(int descriptor) {
  ++syncs;
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}
extern "C" int fsync(int descriptor) {
  ++syncs;
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}
// The index of SQLite's log grows by single bytes, each the last of a page.
extern "C" ssize_t pwrite64(int descriptor, const void* bytes, size_t count,
                            off64_t offset) {
  if (index_is_full && count == 1) {
    errno = ENOSPC;
    return -1;
  }
  return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

namespace turbo::store {
namespace {

using Kind = OpenError::Kind;

// A store in a file, with the users ana (1) and beto (2).
struct FileStore {
  FileStore() {
    Reopen();
    Desk(*store).Add("ana");
    Desk(*store).Add("beto");
  }

  void Reopen() {
    store.reset();
    store = Open(
        Url(), [this](const std::string& reason) { faults.push_back(reason); });
  }
  std::string Url() const { return "sqlite:" + Path(); }
  std::string Path() const { return (dir / "mail.db").string(); }

  Delivery Mail(size_t body_bytes = 4) const {
    Delivery op;
    op.sender = 1;
    op.from = "ana";
    op.draft.to = {"beto"};
    op.draft.body.assign(body_bytes, 'x');
    op.draft.keep_copy = false;
    op.now = At(1);
    return op;
  }

  // The refusal to open the file as it is.
  OpenError Refusal() const {
    try {
      Open(Url(), NoFault);
    } catch (const OpenError& error) {
      return error;
    }
    BOOST_FAIL("it was opened");
    std::abort();
  }

  TempDir dir;
  std::vector<std::string> faults;
  std::unique_ptr<mail::Store> store;
};

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BOOST_FIXTURE_TEST_SUITE(sqlite_store, FileStore)

BOOST_AUTO_TEST_CASE(everything_is_there_after_reopening) {
  const std::string identity = store->Identity();
  auto op = Mail();
  op.request_id = "key";
  Desk(*store).Send(op).value();
  Reopen();
  BOOST_TEST(store->Identity() == identity);
  BOOST_TEST(store->FindSession("ana").value()->user == "ana");
  BOOST_TEST(Desk(*store).Get(2, Box::kInbox, 1)->body == "xxxx");
  BOOST_TEST(Desk(*store).Send(op).value().duplicate);
  op.request_id = "other";
  BOOST_TEST(Desk(*store).Send(op).value().id == 2);
}

BOOST_AUTO_TEST_CASE(forgotten_ids_stay_used_after_reopening) {
  Desk(*store).Send(Mail()).value();
  Desk(*store).Remove(2, Box::kInbox, {1}).value();
  BOOST_TEST(Desk(*store).Forget(0, 2).value() == 1u);
  Reopen();
  BOOST_TEST(Desk(*store).Send(Mail()).value().id == 2);
}

BOOST_AUTO_TEST_CASE(only_the_owner_may_read_the_files) {
  Desk(*store).Send(Mail()).value();
  for (const std::string suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat status;
    BOOST_REQUIRE(stat((Path() + suffix).c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 07777) == 0600u);
  }
}

BOOST_AUTO_TEST_CASE(a_closed_store_is_one_file) {
  Desk(*store).Send(Mail()).value();
  store.reset();
  BOOST_TEST(!std::filesystem::exists(Path() + "-wal"));
  sqlite::Connection db(Path());
  BOOST_TEST(db.GetText("PRAGMA integrity_check") == "ok");
}

BOOST_AUTO_TEST_CASE(a_second_server_is_refused) {
  const OpenError refusal = Refusal();
  BOOST_TEST((refusal.kind() == Kind::kBusy));
  BOOST_TEST(Contains(refusal.what(), Path()));
  Desk(*store).Send(Mail()).value();
}

BOOST_AUTO_TEST_CASE(the_log_is_used_and_kept_short) {
  for (int i = 0; i < 40; ++i) Desk(*store).Send(Mail(1 << 20)).value();
  BOOST_TEST(std::filesystem::file_size(Path()) > 20u << 20);
  BOOST_TEST(std::filesystem::file_size(Path() + "-wal") < 10u << 20);
  sqlite::Connection db(Path());
  db.NeverCheckpoint();
  BOOST_TEST(db.GetText("PRAGMA journal_mode") == "wal");
}

// What a reader has seen is kept for the next one.
BOOST_AUTO_TEST_CASE(reads_keep_the_log_from_growing_no_more_than_writes) {
  for (MessageId id = 1; id <= 40; ++id) {
    Desk(*store).Send(Mail(1 << 20)).value();
    BOOST_TEST(Desk(*store).Get(2, Box::kInbox, id)->body.size() == 1u << 20);
  }
  BOOST_TEST(std::filesystem::file_size(Path() + "-wal") < 10u << 20);
}

BOOST_AUTO_TEST_CASE(every_answer_comes_after_a_sync) {
  for (int i = 0; i < 10; ++i) {
    const int before = syncs;
    Desk(*store).Send(Mail()).value();
    BOOST_TEST(syncs > before);
  }
}

BOOST_AUTO_TEST_CASE(many_writes_share_a_sync) {
  const int before = syncs;
  std::vector<std::future<mail::Result<mail::Sent>>> sends;
  for (int i = 0; i < 1000; ++i) {
    sends.push_back(Begin<mail::Sent>(
        [&](auto done) { store->Deliver(Mail(), std::move(done)); }));
  }
  for (auto& send : sends) BOOST_REQUIRE(send.get().has_value());
  BOOST_TEST(syncs - before < 500);
}

BOOST_AUTO_TEST_CASE(a_newer_store_is_refused_and_left_alone) {
  store.reset();
  sqlite::Connection(Path()).Execute("PRAGMA user_version = 1000");
  const OpenError refusal = Refusal();
  BOOST_TEST((refusal.kind() == Kind::kConfig));
  BOOST_TEST(Contains(refusal.what(), "newer"));
  BOOST_TEST(
      sqlite::Connection(Path()).FindInt("PRAGMA user_version").value() ==
      1000);
}

BOOST_AUTO_TEST_CASE(other_files_are_refused_and_left_alone) {
  store.reset();
  const std::string text(5000, 'x');
  std::ofstream(Path()) << text;
  const OpenError refusal = Refusal();
  BOOST_TEST((refusal.kind() == Kind::kConfig));
  BOOST_TEST(Contains(refusal.what(), Path()));
  std::ifstream in(Path());
  BOOST_TEST(std::string(std::istreambuf_iterator<char>(in), {}) == text);
}

BOOST_AUTO_TEST_CASE(a_damaged_store_is_refused) {
  store.reset();
  std::fstream file(Path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(100);  // after the header: the schema's page
  file << std::string(3000, '\xff');
  file.close();
  const OpenError refusal = Refusal();
  BOOST_TEST((refusal.kind() == Kind::kConfig));
  BOOST_TEST(Contains(refusal.what(), "backup"));
}

BOOST_AUTO_TEST_CASE(an_empty_file_becomes_a_store) {
  store.reset();
  std::filesystem::resize_file(Path(), 0);
  Reopen();
  BOOST_TEST(!store->FindAccount("ana").value().has_value());
}

BOOST_AUTO_TEST_CASE(a_long_read_does_not_hold_up_writes) {
  std::vector<std::future<mail::Result<mail::Sent>>> sends;
  for (int i = 0; i < 5000; ++i) {
    sends.push_back(Begin<mail::Sent>(
        [&](auto done) { store->Deliver(Mail(), std::move(done)); }));
  }
  for (auto& send : sends) BOOST_REQUIRE(send.get().has_value());
  mail::Filter filter;
  filter.subject = "not there";
  std::atomic<bool> stop = false;
  std::atomic<int> scans = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) scans += Desk(*store).Count(2, Box::kInbox, filter) >= 0;
    });
  }
  // Each reader is always in a scan, so writes that waited would not end.
  for (int i = 0; i < 50; ++i) Desk(*store).Send(Mail()).value();
  while (scans < 10) std::this_thread::yield();
  stop = true;
  for (auto& reader : readers) reader.join();
  BOOST_TEST(Desk(*store).Count(2, Box::kInbox) == 5050);
}

BOOST_AUTO_TEST_CASE(counters_agree_with_rows) {
  auto op = Mail();
  op.draft.to = {"ana", "beto"};
  op.draft.keep_copy = true;
  for (int i = 0; i < 5; ++i) {
    op.draft.body = std::string(i == 0 ? 10'000 : 10, 'x');
    op.draft.attachments.clear();
    if (i == 0) op.draft.attachments = {{"a", "x/y", 4, "data"}};
    Desk(*store).Send(op).value();
  }
  Desk(*store).Mark({2, {1}, true, At(1)}).value();
  Desk(*store).Remove(2, Box::kInbox, {1, 2}).value();
  Desk(*store).Remove(1, Box::kInbox, {1}).value();
  Desk(*store).Remove(1, Box::kOutbox, {1}).value();
  store.reset();
  sqlite::Connection db(Path());
  BOOST_TEST(db.FindInt("SELECT count FROM trays WHERE user_id = 2").value() ==
             3);
  BOOST_TEST(db.FindInt("SELECT refs FROM messages WHERE id = 2").value() == 2);
  // Nobody holds the first one: its content is gone, its row is not.
  BOOST_TEST(!db.FindInt("SELECT 1 FROM bodies WHERE message_id = 1"));
  BOOST_TEST(!db.FindInt("SELECT 1 FROM attachments WHERE message_id = 1"));
  BOOST_TEST(!db.FindInt("SELECT 1 FROM receipts WHERE message_id = 1"));
  BOOST_TEST(db.FindInt("SELECT refs = 0 AND subject IS NULL FROM messages"
                        " WHERE id = 1")
                 .value() == 1);
}

// Makes writes beyond a size of file fail as a broken disk does.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes)
      : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_;
  void (*handler_)(int);
};

BOOST_AUTO_TEST_CASE(after_a_failed_write_it_only_reads) {
  Desk desk(*store);
  MessageId acknowledged = 0;
  {
    const FileSizeLimit limit(1 << 20);
    for (auto sent = desk.Send(Mail(1 << 16)); sent;
         sent = desk.Send(Mail(1 << 16))) {
      acknowledged = sent->id;
      BOOST_REQUIRE(acknowledged < 100);
    }
    BOOST_TEST(faults.size() == 1u);
  }
  // Nothing is written again, although it would work now.
  BOOST_TEST((CodeOf(desk.Send(Mail())) == ErrorCode::kUnavailable));
  BOOST_TEST((CodeOf(desk.End("ana")) == ErrorCode::kUnavailable));
  BOOST_TEST(faults.size() == 1u);
  BOOST_TEST(acknowledged > 1);
  BOOST_TEST(Desk(*store).Count(2, Box::kInbox) == acknowledged);

  // Not even by a checkpoint at the end: only reopening settles what is stored.
  store.reset();
  BOOST_TEST(std::filesystem::exists(Path() + "-wal"));
  Reopen();
  BOOST_TEST(Desk(*store).Count(2, Box::kInbox) >= acknowledged);
  BOOST_TEST(Desk(*store).Send(Mail()).has_value());
}

// The log's index has room for 4062 pages at first.
BOOST_AUTO_TEST_CASE(a_commit_that_may_be_in_the_log_is_not_told_as_refused) {
  Desk desk(*store);
  index_is_full = true;
  // More than the writer's cache: its statement fails.
  BOOST_TEST((CodeOf(desk.Send(Mail(36'000'000))) == ErrorCode::kStoreFull));
  BOOST_TEST(faults.empty());
  // Less: the commit fails, but only when it is in the log.
  const auto sent = desk.Send(Mail(16'615'460));
  index_is_full = false;
  BOOST_TEST((CodeOf(sent) == ErrorCode::kUnavailable));
  BOOST_TEST(faults.size() == 1u);
  Reopen();
  BOOST_TEST(Desk(*store).Count(2, Box::kInbox) == 1);
}

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_sends_and_recovers) {
  const std::string mount =
      "unshare -Urm mount -t tmpfs -o size=16m tmpfs " + (dir / "").string();
  if (std::system((mount + " 2>/dev/null").c_str()) != 0) {
    BOOST_TEST_MESSAGE("skipped: no small disk can be made here");
    return;
  }
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string run =
      "unshare -Urm sh -c 'mount -t tmpfs -o size=16m tmpfs \"$0\" &&"
      " TMPDIR=$0 exec \"$@\"' " +
      (dir / "").string() + " " + self +
      " --run_test=small_disk --log_level=warning";
  BOOST_TEST(std::system(run.c_str()) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

// What the last case above runs in a small file system of its own.
BOOST_FIXTURE_TEST_SUITE(small_disk, FileStore, *boost::unit_test::disabled())

BOOST_AUTO_TEST_CASE(sends_are_refused_until_there_is_room) {
  // Elsewhere it would fill the disk of the machine.
  BOOST_REQUIRE(std::filesystem::space(dir / "").capacity <= 16u << 20);
  Desk desk(*store);
  const std::filesystem::path filler = dir / "filler";
  std::ofstream(filler) << std::string(6 << 20, 'x');
  std::vector<MessageId> ids;
  auto sent = desk.Send(Mail(1 << 16));
  for (; sent; sent = desk.Send(Mail(1 << 16))) ids.push_back(sent->id);
  BOOST_TEST((CodeOf(sent) == ErrorCode::kStoreFull));
  BOOST_TEST(Desk(*store).Get(2, Box::kInbox, ids.back()).has_value());
  std::filesystem::remove(filler);
  sent = desk.Send(Mail(1 << 16));
  BOOST_REQUIRE(sent.has_value());
  BOOST_TEST(sent->id == ids.back() + 1);
  BOOST_TEST(faults.empty());
  Reopen();
  BOOST_TEST(Desk(*store).Count(2, Box::kInbox) ==
             static_cast<int64_t>(ids.size()) + 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::store

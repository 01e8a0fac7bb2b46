// A SQLite store beside the memory store, which says what it should do.
#ifndef TESTS_TMSERVER_STORE_BOTH_H_
#define TESTS_TMSERVER_STORE_BOTH_H_

#include <rapidcheck.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/tmserver/store/house.h"

namespace turbo::store {

struct Both {
  Both() { OpenSqlite(); }

  std::string Path() const {
    return dir / ("mail" + std::to_string(lives) + ".db");
  }

  // The file and its log as a crash would leave them. No write is under way,
  // and none makes the log so long that a checkpoint could be.
  void CrashSqlite() {
    const std::string before = Path();
    ++lives;
    for (const char* part : {"", "-wal"}) {
      std::filesystem::copy_file(before + part, Path() + part);
    }
    OpenSqlite();
  }

  void OpenSqlite() {
    sqlite.reset();
    ++openings;
    sqlite = Open("sqlite:" + Path(), NoFault,
                  {.most_waiting = *rc::gen::element<size_t>(1, 3, 8, 1000)});
  }

  TempDir dir;
  int lives = 0;
  int openings = 0;
  std::unique_ptr<mail::Store> memory = Open("memory:", NoFault);
  std::unique_ptr<mail::Store> sqlite;
  int64_t now = 1000;
  Names secrets;  // of all access tokens, each once
  std::map<mail::UserId, mail::KnownMessages> known;  // of their inboxes
};

template <class T>
std::optional<T> MaybeOf(rc::Gen<T> values) {
  if (*rc::gen::arbitrary<bool>()) return std::nullopt;
  return *std::move(values);
}

template <class T>
void Agree(const mail::Result<T>& one, const mail::Result<T>& other) {
  RC_ASSERT(one.has_value() == other.has_value());
  if (one.has_value()) {
    RC_ASSERT(*one == *other);
  } else {
    RC_ASSERT(one.error().code == other.error().code);
    RC_ASSERT(one.error().users == other.error().users);
    RC_ASSERT(one.error().ids == other.error().ids);
  }
}

inline void AgreeOnDone(const mail::Result<mail::Nothing>& one,
                        const mail::Result<mail::Nothing>& other) {
  RC_ASSERT(one.has_value() == other.has_value());
  if (!one) RC_ASSERT(one.error().code == other.error().code);
}

// What a tray shows, but for what time does to it.
struct View {
  uint64_t version;
  std::vector<mail::Message> messages;
};

// Of the trays of the users from 1 to `users`.
inline std::vector<View> ViewsOf(mail::Store& store, UserId users) {
  std::vector<View> views;
  for (UserId user = 1; user <= users; ++user) {
    for (const Box box : {Box::kInbox, Box::kOutbox}) {
      const uint64_t version = store.TrayVersion(user, box);
      mail::ListQuery query;
      query.user = user;
      query.box = box;
      query.limit = 1000;
      views.push_back({version, store.List(query).value().messages});
    }
  }
  return views;
}

}  // namespace turbo::store

#endif  // TESTS_TMSERVER_STORE_BOTH_H_

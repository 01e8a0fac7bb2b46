#include "tmserver/store/open.h"

#include <string_view>
#include <utility>

#include "tmserver/store/failure.h"
#include "tmserver/store/memory_store.h"
#include "tmserver/store/sqlite.h"
#include "tmserver/store/sqlite_store.h"

namespace turbo::store {
namespace {

using Kind = OpenError::Kind;

constexpr std::string_view kMemory = "memory:";
constexpr std::string_view kSqlite = "sqlite:";

std::unique_ptr<mail::Store> OpenSqlite(
    const std::string& path, std::function<void(std::string)> on_fault,
    Tuning tuning) {
  try {
    return std::make_unique<SqliteStore>(path, std::move(on_fault),
                                         std::move(tuning));
  } catch (const sqlite::Error& error) {
    if (!error.IsCorrupt()) {
      throw OpenError(Kind::kFailed,
                      "can't open the store " + path + ": " + error.what());
    }
    throw OpenError(Kind::kConfig,
                    path + " is damaged or no store of tmserver (" +
                        error.what() +
                        "): restore a backup, or name another file");
  } catch (const NoSpace& error) {
    throw OpenError(Kind::kFailed,
                    "no room for the store " + path + ": " + error.what());
  }
}

}  // namespace

std::unique_ptr<mail::Store> Open(const std::string& url,
                                  std::function<void(std::string)> on_fault,
                                  Tuning tuning) {
  if (url == kMemory) {
    return std::make_unique<MemoryStore>(std::move(tuning.may_wait));
  }
  if (url.starts_with(kSqlite) && url.size() > kSqlite.size()) {
    return OpenSqlite(url.substr(kSqlite.size()), std::move(on_fault),
                      std::move(tuning));
  }
  // Only the scheme is repeated: the rest may hold a password.
  throw OpenError(Kind::kConfig,
                  "can't use the store " + url.substr(0, url.find(':') + 1) +
                      "...: write sqlite:PATH, or memory: for one that is "
                      "forgotten at the end");
}

}  // namespace turbo::store

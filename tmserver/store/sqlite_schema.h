// The tables of a SQLite store, and how older ones become today's.
#ifndef TMSERVER_STORE_SQLITE_SCHEMA_H_
#define TMSERVER_STORE_SQLITE_SCHEMA_H_

#include <span>
#include <string>

#include "tmserver/store/sqlite.h"

namespace turbo::store {

// What SQLite's application_id says of our files: "TMsg".
inline constexpr int64_t kApplicationId = 0x544D7367;

// The step at index N turns version N into N + 1; version 0 is an empty file.
// Steps are only ever added.
std::span<const char* const> SchemaSteps();

// Runs the steps that the file lacks, each in a transaction of its own. `path`
// is for the sentences. Throws OpenError where the file is somebody else's or
// has a version beyond the last step; it is left as it was.
void Migrate(sqlite::Connection& connection, std::span<const char* const> steps,
             const std::string& path);

}  // namespace turbo::store

#endif  // TMSERVER_STORE_SQLITE_SCHEMA_H_

// How the mail's types look in columns.
#ifndef TMSERVER_STORE_SQLITE_CODEC_H_
#define TMSERVER_STORE_SQLITE_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tmserver/mail/store.h"
#include "tmserver/mail/types.h"

namespace turbo::store {

// Milliseconds since 1970.
int64_t ToColumn(mail::Time time);
mail::Time ToTime(int64_t column);
std::optional<mail::Time> ToTime(std::optional<int64_t> column);

int64_t ToColumn(mail::Box box);

// Of a LIMIT, which SQLite has no greater than this.
int64_t ToLimit(size_t limit);

int64_t ToColumn(mail::Scope scope);
mail::Scope ToScope(int64_t column);

int64_t ToColumn(mail::Role role);
mail::Role ToRole(int64_t column);

// Milliseconds.
std::optional<int64_t> ToColumn(std::optional<mail::Duration> duration);
std::optional<int64_t> ToColumn(std::optional<mail::Time> time);

// Names with commas between them, which no name contains.
std::string ToColumn(const std::vector<std::string>& users);
std::vector<std::string> ToUsers(const std::string& column);

// As in a URL's query: `host=a&note=50%25`. Null where there are none.
std::optional<std::string> ToColumn(const mail::Labels& labels);
mail::Labels ToLabels(const std::string& column);

// `name=type=size&name=type=size`, escaped like labels; without the data.
std::optional<std::string> ToColumn(
    const std::vector<mail::Attachment>& attachments);
std::vector<mail::Attachment> ToAttachments(const std::string& column);

}  // namespace turbo::store

#endif  // TMSERVER_STORE_SQLITE_CODEC_H_

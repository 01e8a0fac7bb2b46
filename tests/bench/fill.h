// Users and mail, put into a store through the server's own code.
#ifndef TESTS_BENCH_FILL_H_
#define TESTS_BENCH_FILL_H_

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "tmserver/mail/store.h"

namespace turbo::bench {

// A store whose fault ends the process.
std::unique_ptr<mail::Store> OpenToFill(const std::string& url);

// As many users, logged in; writes a line with name and token of each. Answers
// their keys, by which NameOf(i) is the i-th. Throws std::runtime_error.
std::vector<mail::UserId> AddUsers(mail::Store& store, size_t users,
                                   std::ostream& tokens);

std::string NameOf(size_t user);

// A send of now from one of the users to another.
mail::Delivery Between(const std::vector<mail::UserId>& users, size_t from,
                       size_t to, size_t body);

}  // namespace turbo::bench

#endif  // TESTS_BENCH_FILL_H_

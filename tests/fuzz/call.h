// Calls of any shape, in bytes.
#ifndef TESTS_FUZZ_CALL_H_
#define TESTS_FUZZ_CALL_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace turbo::fuzz {

struct Answer {
  grpc::Status status;
  std::vector<std::string> responses;
};

// Sends `requests` to `path`, "/SERVICE/METHOD", and reads to the end, or until
// `enough` says of a response that it is the last one wanted; then the call is
// cancelled.
Answer Call(const std::shared_ptr<grpc::Channel>& channel,
            const std::string& path, const std::string& authorization,
            const std::vector<std::string>& requests,
            const std::function<bool(const std::string&)>& enough);

}  // namespace turbo::fuzz

#endif  // TESTS_FUZZ_CALL_H_

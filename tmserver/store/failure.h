// How an engine fails.
#ifndef TMSERVER_STORE_FAILURE_H_
#define TMSERVER_STORE_FAILURE_H_

#include <stdexcept>

namespace turbo::store {

// There was no room for what was to be written; undoing it is safe. Whatever
// else an engine throws means that it can no longer be trusted to write.
class NoSpace : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_FAILURE_H_

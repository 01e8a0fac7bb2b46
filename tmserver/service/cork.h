// Replies that leave together.
#ifndef TMSERVER_SERVICE_CORK_H_
#define TMSERVER_SERVICE_CORK_H_

#include <vector>

namespace turbo::service {

// While it lives, what its thread sends through TCP sockets waits for more, up
// to a whole segment; all of it is on its way when this has ended. One at a
// time in each thread.
//
// gRPC sends every reply by itself, and each wakes its client. Concerns every
// sendmsg of the thread (by the linker's --wrap): gRPC shows its sockets to
// nobody.
class Cork {
 public:
  Cork();
  ~Cork();
  Cork(const Cork&) = delete;
  Cork& operator=(const Cork&) = delete;

 private:
  std::vector<int> sockets_;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_CORK_H_

// Tells those who wait for a user's mail that some has come.
#ifndef TMSERVER_MAIL_ARRIVALS_H_
#define TMSERVER_MAIL_ARRIVALS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace turbo::mail {

// Thread-safe.
class Arrivals {
 public:
  using Wake = std::function<void()>;

  // Calls `wake` after each message that comes to a tray of `user` from now on,
  // once it can be read, until what is returned is destroyed. From any thread;
  // it must not block or call back. This outlives what is returned.
  std::shared_ptr<void> Subscribe(const std::string& user, Wake wake);

  void Announce(const std::vector<std::string>& users);

 private:
  void Unsubscribe(const std::string& user, uint64_t number);

  std::mutex mutex_;
  uint64_t newest_ = 0;
  std::unordered_map<std::string, std::map<uint64_t, Wake>> waiting_;
};

}  // namespace turbo::mail

#endif  // TMSERVER_MAIL_ARRIVALS_H_

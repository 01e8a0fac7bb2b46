#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>

#include "tmserver/service/cork.h"

namespace turbo::service {
namespace {

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) { BOOST_REQUIRE(fd >= 0); }
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

void Send(const Socket& socket, std::string text) {
  iovec piece{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  BOOST_TEST(sendmsg(socket.fd(), &message, MSG_NOSIGNAL) ==
             static_cast<ssize_t>(text.size()));
}

sockaddr_in Loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Connected with each other over loopback, as gRPC sets its sockets up.
struct Connection {
  Connection() {
    sockaddr_in address = Loopback();
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    BOOST_REQUIRE(bind(listener.fd(), any, size) == 0);
    BOOST_REQUIRE(listen(listener.fd(), 1) == 0);
    BOOST_REQUIRE(getsockname(listener.fd(), any, &size) == 0);
    BOOST_REQUIRE(connect(sender.fd(), any, size) == 0);
    const int on = 1;
    setsockopt(sender.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  // How many segments with data were sent.
  uint32_t Segments() const {
    tcp_info info{};
    socklen_t size = sizeof info;
    BOOST_REQUIRE(
        getsockopt(sender.fd(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
    return info.tcpi_data_segs_out;
  }

  Socket listener{socket(AF_INET, SOCK_STREAM, 0)};
  Socket sender{socket(AF_INET, SOCK_STREAM, 0)};
};

BOOST_AUTO_TEST_SUITE(cork)

// Linux holds it back for 0.2 s, which a busy machine can take between two
// lines.
BOOST_AUTO_TEST_CASE(what_is_sent_together_is_one_segment) {
  uint32_t segments = 2;
  for (int attempt = 0; attempt < 5 && segments != 1; ++attempt) {
    const Connection connection;
    {
      const Cork cork;
      Send(connection.sender, "one");
      Send(connection.sender, "two");
    }
    segments = connection.Segments();
  }
  BOOST_TEST(segments == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_waits_without_it) {
  const Connection connection;
  { const Cork cork; }
  Send(connection.sender, "one");
  Send(connection.sender, "two");
  BOOST_TEST(connection.Segments() == 2U);
}

BOOST_AUTO_TEST_CASE(other_threads_send_at_once) {
  const Connection connection;
  const Cork cork;
  std::thread([&] { Send(connection.sender, "one"); }).join();
  BOOST_TEST(connection.Segments() == 1U);
}

BOOST_AUTO_TEST_CASE(each_socket_sends_what_it_has) {
  const Connection connections[3];
  {
    const Cork cork;
    for (const Connection& connection : connections)
      Send(connection.sender, "text");
  }
  for (const Connection& connection : connections) {
    BOOST_TEST(connection.Segments() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(other_sockets_are_left_alone) {
  int pair[2];
  BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  const Socket near(pair[0]);
  const Socket far(pair[1]);
  const Cork cork;
  Send(near, "text");
  char read[8];
  BOOST_TEST(recv(far.fd(), read, sizeof read, MSG_DONTWAIT) == 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service

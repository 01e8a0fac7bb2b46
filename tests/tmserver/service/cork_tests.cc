#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <rapidcheck.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <optional>
#include <string>
#include <thread>
#include <vector>

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

// What sendmsg says.
ssize_t TrySend(int socket, std::string text, int flags = 0) {
  iovec piece{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  return sendmsg(socket, &message, MSG_NOSIGNAL | flags);
}

void Send(const Socket& socket, const std::string& text) {
  BOOST_TEST(TrySend(socket.fd(), text) == static_cast<ssize_t>(text.size()));
}

sockaddr_in Loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Over loopback, as gRPC sets its sockets up; or within the machine, where room
// comes only from what is received.
enum class Kind { kTcp, kLocal };
struct Connection {
  explicit Connection(Kind kind = Kind::kTcp) {
    if (kind == Kind::kLocal) {
      int pair[2];
      BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
      sender.emplace(pair[0]);
      receiver.emplace(pair[1]);
    } else {
      ConnectByTcp();
    }
    const timeval half_a_minute{.tv_sec = 30, .tv_usec = 0};
    setsockopt(receiver->fd(), SOL_SOCKET, SO_RCVTIMEO, &half_a_minute,
               sizeof half_a_minute);
  }

  void ConnectByTcp() {
    sender.emplace(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address = Loopback();
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    const Socket listener(socket(AF_INET, SOCK_STREAM, 0));
    BOOST_REQUIRE(bind(listener.fd(), any, size) == 0);
    BOOST_REQUIRE(listen(listener.fd(), 1) == 0);
    BOOST_REQUIRE(getsockname(listener.fd(), any, &size) == 0);
    BOOST_REQUIRE(connect(sender->fd(), any, size) == 0);
    receiver.emplace(accept(listener.fd(), nullptr, nullptr));
    const int on = 1;
    setsockopt(sender->fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  // How many segments with data were sent.
  uint32_t Segments() const {
    tcp_info info{};
    socklen_t size = sizeof info;
    BOOST_REQUIRE(
        getsockopt(sender->fd(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
    return info.tcpi_data_segs_out;
  }

  // What is there once `size` bytes have come.
  std::string Received(size_t size) const {
    std::string text(size + 1000, '\0');
    ssize_t there = 0;
    if (size > 0) {
      there = recv(receiver->fd(), text.data(), size, MSG_WAITALL);
      BOOST_REQUIRE(there == static_cast<ssize_t>(size));
    }
    const ssize_t more = recv(receiver->fd(), text.data() + there,
                              text.size() - size, MSG_DONTWAIT);
    text.resize(size + static_cast<size_t>(std::max<ssize_t>(more, 0)));
    return text;
  }

  // All that comes until the sender has closed its end; nothing if it doesn't.
  std::optional<std::string> ReceiveAll(size_t at_once = 100000) const {
    std::string all, text(at_once, '\0');
    ssize_t size = 0;
    while ((size = recv(receiver->fd(), text.data(), text.size(), 0)) > 0) {
      all.append(text, 0, static_cast<size_t>(size));
    }
    return size == 0 ? std::optional(all) : std::nullopt;
  }

  // Says things that no Cork sees, until there is no room for more.
  std::string Fill() const {
    std::string all;
    while (send(sender->fd(), "....", 4, MSG_DONTWAIT) == 4) all += "....";
    return all;
  }

  std::optional<Socket> sender;
  std::optional<Socket> receiver;
};

BOOST_AUTO_TEST_SUITE(cork)

BOOST_AUTO_TEST_CASE(what_is_sent_together_is_one_segment) {
  const Connection connection;
  {
    const Cork cork;
    Send(*connection.sender, "one");
    Send(*connection.sender, "two");
    BOOST_TEST(connection.Segments() == 0U);
  }
  BOOST_TEST(connection.Segments() == 1U);
  BOOST_TEST(connection.Received(6) == "onetwo");
}

BOOST_AUTO_TEST_CASE(nothing_waits_without_it) {
  const Connection connection;
  { const Cork cork; }
  Send(*connection.sender, "one");
  Send(*connection.sender, "two");
  BOOST_TEST(connection.Segments() == 2U);
}

BOOST_AUTO_TEST_CASE(other_threads_send_at_once) {
  const Connection connection;
  const Cork cork;
  std::thread([&] { Send(*connection.sender, "one"); }).join();
  BOOST_TEST(connection.Received(3) == "one");
}

BOOST_AUTO_TEST_CASE(what_another_thread_says_comes_after_what_waits) {
  const Connection connection;
  const Cork cork;
  Send(*connection.sender, "one");
  std::thread([&] { Send(*connection.sender, "two"); }).join();
  BOOST_TEST(connection.Received(6) == "onetwo");
  Send(*connection.sender, "three");
  std::thread([&] {
    const Cork another;
    Send(*connection.sender, "four");
  }).join();
  BOOST_TEST(connection.Received(9) == "threefour");
}

BOOST_AUTO_TEST_CASE(each_socket_sends_what_it_has) {
  const Connection connections[3];
  {
    const Cork cork;
    for (const Connection& connection : connections)
      Send(*connection.sender, "text");
  }
  for (const Connection& connection : connections) {
    BOOST_TEST(connection.Received(4) == "text");
  }
}

BOOST_AUTO_TEST_CASE(what_waits_is_sent_before_a_close_or_shutdown) {
  Connection closed;
  const Connection shut;
  const Cork cork;
  Send(*closed.sender, "last");
  Send(*shut.sender, "words");
  closed.sender.reset();
  shutdown(shut.sender->fd(), SHUT_RDWR);
  BOOST_TEST((closed.ReceiveAll() == "last"));
  BOOST_TEST((shut.ReceiveAll() == "words"));
}

BOOST_AUTO_TEST_CASE(a_number_used_again_gets_nothing_of_its_former_socket) {
  Connection former;
  const Connection later;
  std::optional<Socket> again;
  {
    const Cork cork;
    Send(*former.sender, "text");
    const int number = former.sender->fd();
    former.sender.reset();
    BOOST_REQUIRE(dup2(later.sender->fd(), number) == number);
    again.emplace(number);
  }
  BOOST_TEST(later.Segments() == 0U);
}

BOOST_AUTO_TEST_CASE(a_socket_without_room_says_so) {
  const Connection connection(Kind::kLocal);
  connection.Fill();
  const Cork cork;
  BOOST_TEST(TrySend(connection.sender->fd(), "text", MSG_DONTWAIT) == -1);
  BOOST_TEST(errno == EAGAIN);
}

BOOST_AUTO_TEST_CASE(a_connection_ends_where_what_waits_is_not_taken) {
  const Connection connection(Kind::kLocal);
  std::string before;
  {
    const Cork cork;
    Send(*connection.sender, "text");
    before = connection.Fill();
  }
  BOOST_TEST((connection.ReceiveAll() == before));
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_gone_is_no_error) {
  Connection connection;
  connection.receiver.reset();
  for (int round = 0; round < 2; ++round) {
    {
      const Cork cork;
      Send(*connection.sender, "text");
    }
    pollfd gone{.fd = connection.sender->fd(), .events = 0, .revents = 0};
    BOOST_TEST(poll(&gone, 1, 30000) == 1);
  }
  BOOST_TEST(TrySend(connection.sender->fd(), "text") == -1);
  BOOST_TEST(errno == EPIPE);
}

BOOST_AUTO_TEST_CASE(local_sockets_gather_too) {
  const Connection connection(Kind::kLocal);
  {
    const Cork cork;
    Send(*connection.sender, "one");
    Send(*connection.sender, "two");
    BOOST_TEST(connection.Received(0) == "");
  }
  BOOST_TEST(connection.Received(6) == "onetwo");
}

BOOST_AUTO_TEST_CASE(what_is_not_plain_comes_after_what_waits) {
  const Connection connection;
  const Cork cork;
  Send(*connection.sender, "one");
  BOOST_TEST(TrySend(connection.sender->fd(), "two", MSG_EOR) == 3);
  BOOST_TEST(connection.Received(6) == "onetwo");
}

// Where an administrator has set net.ipv4.tcp_notsent_lowat.
BOOST_AUTO_TEST_CASE(a_slow_reader_keeps_its_connection) {
  Connection connection;
  const int few = 16384, room = 40000;
  const int sender = connection.sender->fd();
  setsockopt(sender, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &few, sizeof few);
  setsockopt(sender, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  setsockopt(connection.receiver->fd(), SOL_SOCKET, SO_RCVBUF, &room,
             sizeof room);
  PrepareForCork(sender);
  std::string sent;
  std::optional<std::string> received;
  std::thread reader([&] { received = connection.ReceiveAll(500); });
  for (int run = 0; run < 50; ++run) {
    const Cork cork;
    for (int i = 0; i < 10; ++i) {
      const std::string text(1000 * static_cast<size_t>(i + run % 7), 'x');
      sent += text;
      Send(*connection.sender, text);
    }
  }
  connection.sender.reset();
  reader.join();
  BOOST_TEST((received == sent));
}

BOOST_AUTO_TEST_CASE(threads_gather_for_sockets_of_their_own) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  const auto gather = [&wrong](const std::string& text) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) ++wrong;
    {
      const Cork cork;
      for (int piece = 0; piece < 5; ++piece) TrySend(pair[0], text);
      if (text == "0") close(pair[0]);
    }
    char read[8];
    const ssize_t size = recv(pair[1], read, sizeof read, 0);
    if (size != 5 || std::string(read, 5) != std::string(5, text[0])) ++wrong;
    if (text != "0") close(pair[0]);
    close(pair[1]);
  };
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&gather] {
      for (int round = 0; round < 200; ++round) {
        gather(std::to_string(round % 10));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(wrong == 0);
}

// Pieces of all sizes, by two threads in turn, some with a Cork.
BOOST_AUTO_TEST_CASE(whatever_is_sent_arrives_in_its_order) {
  BOOST_TEST(rc::check([] {
    const auto sizes = *rc::gen::container<std::vector<size_t>>(rc::gen::oneOf(
        rc::gen::inRange<size_t>(1, 300), rc::gen::inRange<size_t>(1, 100000)));
    const auto runs = *rc::gen::nonEmpty<std::vector<bool>>();
    Connection connection;
    std::optional<std::string> received;
    std::thread reader([&] { received = connection.ReceiveAll(); });
    std::string sent;
    auto next = [&, at = sizes.begin()](size_t most) mutable {
      for (; at != sizes.end() && most > 0; ++at, --most) {
        const std::string text(*at, static_cast<char>('a' + *at % 26));
        sent += text;
        Send(*connection.sender, text);
      }
      return at != sizes.end();
    };
    bool goes_on = true;
    for (size_t run = 0; goes_on; ++run) {
      const Cork cork;
      next(5);
      std::thread([&] {
        std::optional<Cork> another;
        if (runs[run % runs.size()]) another.emplace();
        goes_on = next(3);
      }).join();
    }
    connection.sender.reset();
    reader.join();
    RC_ASSERT(received == sent);
  }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service

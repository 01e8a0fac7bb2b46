#include <sodium.h>

#include <atomic>
#include <future>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/tmserver/mail/mail_testing.h"
#include "tmserver/mail/password.h"

namespace turbo::mail {
namespace {

// The least that libsodium allows.
constexpr PasswordCost kCheap{crypto_pwhash_argon2id_MEMLIMIT_MIN,
                              crypto_pwhash_argon2id_OPSLIMIT_MIN};

struct Fixture {
  std::string Hash(const std::string& password) {
    return Await<std::string>(
               [&](auto done) { hasher.Hash(password, std::move(done)); })
        .value();
  }
  bool Verify(std::optional<std::string> hash, const std::string& password) {
    return Await<bool>([&](auto done) {
             hasher.Verify(std::move(hash), password, std::move(done));
           })
        .value();
  }

  PasswordHasher hasher{kCheap};
};

BOOST_FIXTURE_TEST_SUITE(password, Fixture)

BOOST_AUTO_TEST_CASE(a_password_fits_its_own_hash_only) {
  const std::string hash = Hash("correct horse");
  BOOST_TEST(Verify(hash, "correct horse"));
  BOOST_TEST(!Verify(hash, "correct horses"));
  BOOST_TEST(!Verify(hash, "Correct horse"));
  BOOST_TEST(!Verify(hash, ""));
}

BOOST_AUTO_TEST_CASE(a_password_is_bytes_to_its_end) {
  using std::string_literals::operator""s;
  const std::string hash = Hash("a\0b"s);
  BOOST_TEST(Verify(hash, "a\0b"s));
  BOOST_TEST(!Verify(hash, "a\0c"s));
  BOOST_TEST(!Verify(hash, "a"));
}

BOOST_AUTO_TEST_CASE(each_hash_has_a_salt_of_its_own) {
  const std::string hash = Hash("password");
  BOOST_TEST(hash != Hash("password"));
  BOOST_TEST(hash.starts_with("$argon2id$"));
  BOOST_TEST(hash.find("password") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_hash_of_another_cost_is_still_good) {
  PasswordHasher dearer({kCheap.memory_bytes * 2, kCheap.passes + 1});
  const auto hash = Await<std::string>(
      [&](auto done) { dearer.Hash("password", std::move(done)); });
  BOOST_TEST(Verify(hash.value(), "password"));
}

BOOST_AUTO_TEST_CASE(without_a_hash_no_password_is_right) {
  BOOST_TEST(!Verify(std::nullopt, "password"));
  BOOST_TEST(!Verify(std::nullopt, "nobody's password"));
}

BOOST_AUTO_TEST_CASE(what_is_no_hash_fits_nothing) {
  BOOST_TEST(!Verify("", ""));
  BOOST_TEST(!Verify("$argon2id$nonsense", "password"));
}

BOOST_AUTO_TEST_CASE(the_destructor_answers_all_who_wait) {
  std::atomic<int> answers = 0;
  {
    PasswordHasher other(kCheap);
    for (int i = 0; i < 50; ++i) {
      other.Verify(std::nullopt, "password",
                   [&](const Result<bool>&) { ++answers; });
    }
  }
  BOOST_TEST(answers == 50);
}

BOOST_AUTO_TEST_CASE(too_many_at_once_are_refused_at_once) {
  std::atomic<int> done = 0;
  std::atomic<int> refused = 0;
  std::latch both_busy(2);
  std::latch go_on(1);
  {
    PasswordHasher other(kCheap);
    for (int i = 0; i < 2; ++i) {
      other.Verify(std::nullopt, "password", [&](const Result<bool>&) {
        both_busy.count_down();
        go_on.wait();
      });
    }
    both_busy.wait();
    for (int i = 0; i < 300; ++i) {
      other.Verify(std::nullopt, "password", [&](const Result<bool>& same) {
        if (same) {
          ++done;
        } else if (same.error().code == ErrorCode::kRateLimited) {
          ++refused;
        }
      });
    }
    BOOST_TEST(done == 0);
    BOOST_TEST(refused == 300 - 256);
    go_on.count_down();
  }
  BOOST_TEST(done == 256);
}

// Keeps both threads from computing until it is released.
class Plug {
 public:
  explicit Plug(PasswordHasher& hasher) {
    for (int i = 0; i < 2; ++i) {
      hasher.Verify(
          std::nullopt, "password",
          [latches = latches_](const Result<bool>&) {
            latches->both_busy.count_down();
            latches->go_on.wait();
          },
          "plug");
    }
    latches_->both_busy.wait();
  }
  void Release() { latches_->go_on.count_down(); }

 private:
  // The threads may still look at them when this has gone.
  struct Latches {
    std::latch both_busy{2};
    std::latch go_on{1};
  };
  std::shared_ptr<Latches> latches_ = std::make_shared<Latches>();
};

BOOST_AUTO_TEST_CASE(places_take_turns) {
  std::latch all_answered(102);
  std::string order;
  {
    PasswordHasher other(kCheap);
    Plug plug(other);
    // Keeps one of the two threads, so that the other one has an order.
    other.Verify(
        std::nullopt, "password",
        [&](const Result<bool>&) { all_answered.wait(); }, "z");
    const auto ask = [&](char place) {
      other.Verify(
          std::nullopt, "password",
          [&, place](const Result<bool>&) {
            order += place;
            all_answered.count_down();
          },
          std::string(1, place));
    };
    for (int i = 0; i < 100; ++i) ask('a');
    ask('b');
    ask('c');
    plug.Release();
  }
  BOOST_TEST(order.size() == 102u);
  BOOST_TEST(order.starts_with("abc"), order);
}

BOOST_AUTO_TEST_CASE(a_full_queue_makes_room_for_another_place) {
  std::map<std::string, int> done;
  std::map<std::string, int> refused;
  std::mutex mutex;
  {
    PasswordHasher other(kCheap);
    Plug plug(other);
    const auto ask = [&](const std::string& place) {
      other.Verify(
          std::nullopt, "password",
          [&, place](const Result<bool>& same) {
            const std::lock_guard lock(mutex);
            ++(same ? done : refused)[place];
          },
          place);
    };
    for (int i = 0; i < 300; ++i) ask("flood");
    for (int i = 0; i < 20; ++i) ask("b");
    for (int i = 0; i < 20; ++i) ask("c");
    plug.Release();
  }
  BOOST_TEST(done["b"] == 20);
  BOOST_TEST(done["c"] == 20);
  BOOST_TEST(done["flood"] == 256 - 40);
  BOOST_TEST(refused["flood"] == 300 - 256 + 40);
}

BOOST_AUTO_TEST_CASE(a_refusal_says_when_to_try_again) {
  PasswordHasher other(kCheap);
  std::promise<Error> refused;
  Plug plug(other);
  for (int i = 0; i <= 256; ++i) {
    other.Verify(std::nullopt, "password", [&](const Result<bool>& same) {
      if (!same) refused.set_value(same.error());
    });
  }
  const Error error = refused.get_future().get();
  plug.Release();
  BOOST_TEST(error.retry_after.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::mail

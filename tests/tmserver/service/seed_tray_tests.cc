#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>

#include "tmserver/service/seed_content.h"
#include "tmserver/service/seed_tray.h"

namespace turbo::service {
namespace {

constexpr size_t kMiB = size_t{1} << 20;
constexpr int64_t kLastId = (int64_t{1} << 31) - 1;

mail::Message Message(int64_t id, std::string body, std::string subject = "s") {
  mail::Message message;
  message.id = id;
  message.from = "ana";
  message.recipients = {{"beto", {}}};
  message.subject = std::move(subject);
  message.body = std::move(body);
  return message;
}

bool IsShortened(const seed::Correo& correo) {
  return correo.contenido().find("[…recortado]") != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(seed_tray)

BOOST_AUTO_TEST_CASE(what_has_room_is_whole_and_in_order) {
  SeedTray tray;
  for (int i = 1; i <= 3; ++i) {
    BOOST_TEST(tray.Add(Message(i, std::string(kMiB, 'x'))));
  }
  const seed::Bandeja whole = std::move(tray).Finish();
  BOOST_TEST_REQUIRE(whole.correos_size() == 3);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(whole.correos(i).id() == i + 1);
    BOOST_TEST(whole.correos(i).contenido().size() == kMiB + 6);
  }
}

BOOST_AUTO_TEST_CASE(the_longest_contents_alone_are_shortened) {
  SeedTray tray;
  for (int i = 1; i <= 5; ++i) {
    tray.Add(Message(i, i == 3 ? "short" : std::string(kMiB, 'x')));
  }
  const seed::Bandeja whole = std::move(tray).Finish();
  BOOST_TEST(whole.ByteSizeLong() < kMaxTrayBytes);
  BOOST_TEST(whole.ByteSizeLong() > kMaxTrayBytes - 200);
  BOOST_TEST_REQUIRE(whole.correos_size() == 5);
  for (const seed::Correo& correo : whole.correos()) {
    BOOST_TEST(IsShortened(correo) == (correo.id() != 3));
    BOOST_TEST(SplitContent(correo.contenido()).subject == "s");
  }
}

BOOST_AUTO_TEST_CASE(replaced_bytes_count_as_what_they_become) {
  SeedTray tray;
  for (int i = 1; i <= 2; ++i) tray.Add(Message(i, std::string(kMiB, '\xff')));
  BOOST_TEST(std::move(tray).Finish().ByteSizeLong() < kMaxTrayBytes);
}

BOOST_AUTO_TEST_CASE(a_tray_of_any_length_stays_small_while_it_grows) {
  SeedTray tray;
  for (int i = 1; i <= 200; ++i) {
    BOOST_TEST(tray.Add(Message(i, std::string(kMiB / 2, 'x'))));
  }
  const seed::Bandeja whole = std::move(tray).Finish();
  BOOST_TEST(whole.correos_size() == 200);
  BOOST_TEST(whole.ByteSizeLong() < kMaxTrayBytes);
  const auto [least, most] =
      std::minmax_element(whole.correos().begin(), whole.correos().end(),
                          [](const auto& a, const auto& b) {
                            return a.contenido().size() < b.contenido().size();
                          });
  BOOST_TEST(most->contenido().size() == least->contenido().size());
  BOOST_TEST(least->contenido().size() > kMaxTrayBytes / 200 - 100);
}

BOOST_AUTO_TEST_CASE(long_subjects_are_shortened_like_bodies) {
  SeedTray tray;
  for (int i = 1; i <= 5; ++i) {
    tray.Add(Message(i, "body", std::string(kMiB - 9, 's')));
  }
  const seed::Bandeja whole = std::move(tray).Finish();
  BOOST_TEST(whole.ByteSizeLong() < kMaxTrayBytes);
  BOOST_TEST_REQUIRE(whole.correos_size() == 5);
  for (const seed::Correo& correo : whole.correos()) {
    BOOST_TEST(SplitContent(correo.contenido()).body == " […recortado]");
  }
}

BOOST_AUTO_TEST_CASE(what_finds_no_room_at_all_is_left_out) {
  SeedTray tray;
  mail::Message message = Message(0, "a body longer than the shortest one");
  message.recipients.assign(100, {std::string(64, 'u'), {}});
  while (tray.Add(message)) ++message.id;
  const seed::Bandeja whole = std::move(tray).Finish();
  BOOST_TEST(whole.ByteSizeLong() < kMaxTrayBytes);
  BOOST_TEST(whole.correos_size() == message.id);
  BOOST_TEST(whole.correos_size() > 500);
}

BOOST_AUTO_TEST_CASE(ids_end_where_int32_does) {
  SeedTray tray;
  BOOST_TEST(tray.Add(Message(kLastId, "x")));
  BOOST_TEST(!tray.Add(Message(kLastId + 1, "x")));
  const seed::Bandeja whole = std::move(tray).Finish();
  BOOST_TEST_REQUIRE(whole.correos_size() == 1);
  BOOST_TEST(whole.correos(0).id() == kLastId);
}

BOOST_AUTO_TEST_CASE(an_empty_tray_is_empty) {
  BOOST_TEST(SeedTray().Finish().ByteSizeLong() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service

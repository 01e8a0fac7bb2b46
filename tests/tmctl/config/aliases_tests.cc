#include <string>
#include <vector>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/config/aliases.h"

namespace turbo::ctl {
namespace {

using Names = std::vector<std::string>;

Aliases Of(const std::string& json) {
  return Aliases(Json::parse(json), "Web1.example");
}

void Expands(const Aliases& aliases, const std::string& address,
             const Names& users) {
  BOOST_TEST_CONTEXT(address) { CheckSame(aliases.Expand(address), users); }
}

BOOST_AUTO_TEST_SUITE(aliases)

BOOST_AUTO_TEST_CASE(addresses_part_at_commas) {
  CheckSame(SplitAddresses("ana"), {"ana"});
  CheckSame(SplitAddresses("a@x,"), {"a@x"});
  CheckSame(SplitAddresses(" ana ,, beto@x,carla"), {"ana", "beto@x", "carla"});
  CheckSame(SplitAddresses(""), {});
  CheckSame(SplitAddresses(" , "), {});
}

BOOST_AUTO_TEST_CASE(addresses_come_out_of_their_brackets) {
  CheckSame(SplitAddresses("Ana <ana@x>, <beto>"), {"ana@x", "beto"});
  CheckSame(SplitAddresses("\"Smith, Ana\" <ana>,beto"), {"ana", "beto"});
  CheckSame(SplitAddresses("\"no end <ana>, beto"), {"ana"});
  CheckSame(SplitAddresses("<ana"), {"ana"});
  CheckSame(SplitAddresses("<>"), {});
}

BOOST_AUTO_TEST_CASE(what_could_forge_a_header_is_no_address) {
  for (const std::string bad :
       {"ana\n", "ana\rBcc: x", "a\tb", "\x7f", "\xff", "a\n,b"}) {
    BOOST_TEST(CodeOf([&] { SplitAddresses(bad); }) == "usage");
  }
}

BOOST_AUTO_TEST_CASE(any_text_splits_into_addresses_or_is_refused) {
  rc::check([](const std::string& text) {
    try {
      for (const std::string& address : SplitAddresses(text)) {
        RC_ASSERT(!address.empty());
        RC_ASSERT(text.find(address) != std::string::npos);
      }
    } catch (const Failure& failure) {
      RC_ASSERT(failure.code == "usage");
    }
  });
}

BOOST_AUTO_TEST_CASE(without_a_map_a_name_is_a_user) {
  const Aliases none = Of("{}");
  Expands(none, "ana", {"ana"});
  Expands(none, "ANA", {"ana"});
  BOOST_TEST(none.CatchAll().empty());
}

BOOST_AUTO_TEST_CASE(an_address_at_this_host_is_a_user) {
  const Aliases none = Of("{}");
  for (const char* here : {"ana@localhost", "ana@localhost.localdomain",
                           "ana@web1", "ana@web1.example", "Ana@WEB1.local"}) {
    Expands(none, here, {"ana"});
  }
  for (const std::string elsewhere :
       {"ana@example", "ana@web11", "ana@example.web1", "@web1", "ana@"}) {
    Expands(none, elsewhere, {elsewhere});
  }
}

BOOST_AUTO_TEST_CASE(names_go_where_the_map_says) {
  const Aliases some = Of(R"({"root": ["ana", "Beto"], "Ops": "carla"})");
  Expands(some, "root", {"ana", "beto"});
  Expands(some, "ROOT@web1", {"ana", "beto"});
  Expands(some, "ops", {"carla"});
  Expands(some, "dora", {"dora"});
  Expands(some, "root@example.com", {"root@example.com"});
}

BOOST_AUTO_TEST_CASE(a_whole_address_counts_before_its_name) {
  const Aliases some = Of(R"({"root": "ana", "root@web1": "beto",
                             "boss@example.com": "carla"})");
  Expands(some, "root@web1", {"beto"});
  Expands(some, "root@localhost", {"ana"});
  Expands(some, "Boss@Example.com", {"carla"});
}

BOOST_AUTO_TEST_CASE(mappings_are_followed_and_name_each_user_once) {
  const Aliases some = Of(R"({"root": ["admin", "ana"], "admin": ["ops@web1"],
                             "ops": ["ana", "beto"]})");
  Expands(some, "root", {"ana", "beto"});
}

BOOST_AUTO_TEST_CASE(a_name_within_its_own_mapping_is_a_user) {
  const Aliases some = Of(R"({"ana": ["ana", "beto"]})");
  Expands(some, "ana", {"ana", "beto"});
}

BOOST_AUTO_TEST_CASE(loops_end_and_lose_nobody) {
  const Aliases loop = Of(R"({"a": "b", "b": ["c", "x"], "c": "a"})");
  Expands(loop, "a", {"a", "x"});
  Expands(loop, "b", {"b", "x"});
  const Aliases wide = Of(R"({"@": "ana@elsewhere"})");
  Expands(wide, "x@y", {"ana@elsewhere"});
}

BOOST_AUTO_TEST_CASE(many_ways_to_the_same_user_take_no_time) {
  Json map;
  for (int i = 0; i < 100; ++i) {
    const std::string next = std::to_string(i + 1);
    map[std::to_string(i)] = {next, next, next};
  }
  CheckSame(Aliases(map, "").Expand("0"), {"100"});
}

BOOST_AUTO_TEST_CASE(catch_all_gets_what_is_elsewhere) {
  const Aliases some =
      Of(R"({"@": ["root"], "root": "ana", "boss@example.com": "beto"})");
  Expands(some, "x@example.com", {"ana"});
  Expands(some, "boss@example.com", {"beto"});
  Expands(some, "carla", {"carla"});
  Expands(some, "carla@web1", {"carla"});
  CheckSame(some.CatchAll(), {"ana"});
}

BOOST_AUTO_TEST_CASE(any_map_ends_somewhere) {
  const auto name = rc::gen::element<std::string>("a", "b", "c@x", "@", "d");
  rc::check([&] {
    Json map = Json::object();
    for (int i = *rc::gen::inRange(0, 6); i > 0; --i) {
      map[*name] = *rc::gen::nonEmpty(rc::gen::container<Names>(name));
    }
    RC_ASSERT(!Aliases(map, "").Expand(*name).empty());
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl

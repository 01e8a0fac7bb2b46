#include <absl/strings/escaping.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/sending/batch_line.h"

namespace turbo::ctl {
namespace {

using Json = nlohmann::json;
using Request = turbomessage::v1::SendRequest;

Request Parsed(const std::string& line) { return ParseBatchLine(line, true); }

Failure Refused(const std::string& line) {
  Failure failure = FailureOf([&] { Parsed(line); });
  BOOST_TEST(failure.code == "invalid_argument", line.substr(0, 200));
  return failure;
}

// A line with one field beside `to`.
std::string With(const std::string& field) {
  return R"({"to":["beto"],)" + field + "}";
}

std::string Repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

BOOST_AUTO_TEST_SUITE(batch_line)

BOOST_AUTO_TEST_CASE(the_shortest_line_says_to_whom) {
  const Request request = Parsed(R"({"to":["beto"]})");
  BOOST_TEST(request.to_size() == 1);
  BOOST_TEST(request.to(0) == "beto");
  BOOST_TEST(request.subject().empty());
  BOOST_TEST(request.body().empty());
  BOOST_TEST(request.request_id().empty());
  BOOST_TEST(request.in_reply_to() == 0);
  BOOST_TEST(!request.has_ttl());
  BOOST_TEST(request.no_copy());
}

BOOST_AUTO_TEST_CASE(every_field_arrives) {
  const Request request = Parsed(
      R"({"to":["beto","ana"],"subject":"s\n","body":"b\u0000é","key":"k 1",)"
      R"("labels":{"a":"b","c":""},"in_reply_to":9007199254740991,)"
      R"("ttl":"1h30m","no_copy":false,"attachments":[{"name":"x",)"
      R"("media_type":"a/b","data_base64":"AP8="},{"name":"y"}]})");
  BOOST_TEST(request.to(1) == "ana");
  BOOST_TEST(request.subject() == "s\n");
  BOOST_TEST(request.body() == std::string("b\0é", 4));
  BOOST_TEST(request.request_id() == "k 1");
  BOOST_TEST(request.labels().at("a") == "b");
  BOOST_TEST(request.labels().at("c").empty());
  BOOST_TEST(request.in_reply_to() == 9007199254740991);
  BOOST_TEST(request.ttl().seconds() == 5400);
  BOOST_TEST(!request.no_copy());
  BOOST_TEST(request.attachments(0).name() == "x");
  BOOST_TEST(request.attachments(0).media_type() == "a/b");
  BOOST_TEST(request.attachments(0).data() == std::string("\0\xff", 2));
  BOOST_TEST(request.attachments(1).data().empty());
  BOOST_TEST(Parsed(With(R"("body_base64":"/w==")")).body() == "\xff");
}

BOOST_AUTO_TEST_CASE(null_is_the_same_as_absent) {
  const Request nothing =
      Parsed(R"({"to":["beto"],"subject":null,"body":null,"body_base64":null,)"
             R"("key":null,"labels":null,"in_reply_to":null,"ttl":null,)"
             R"("no_copy":null,"attachments":null})");
  BOOST_TEST(nothing.SerializeAsString() ==
             Parsed(R"({"to":["beto"]})").SerializeAsString());
  BOOST_TEST(Parsed(With(R"("labels":{"a":null})")).labels().empty());
  BOOST_TEST(Parsed(With(R"("body":"x","body_base64":null)")).body() == "x");
  Refused(R"({"to":null})");
  Refused(R"({"to":[null]})");
}

BOOST_AUTO_TEST_CASE(white_space_around_is_allowed) {
  BOOST_TEST(Parsed(" {\"to\" : [\"beto\"]}\t\r").to_size() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_object_is_refused) {
  for (const char* line :
       {"", " ", "\r", "x", "{", "[]", "7", "null", R"("to")",
        R"({"to":["b"]} x)", R"({"to":["b"]}{"to":["b"]})", R"({"to":["b"],})",
        R"({to:["b"]})", R"({'to':['b']})", "// comment",
        R"({"to":["b"]} // comment)", R"({"subject":"x"})", R"({"to":[]]})"}) {
    Refused(line);
  }
}

BOOST_AUTO_TEST_CASE(a_field_of_another_kind_is_refused_by_name) {
  for (const char* field :
       {R"("subject":7)", R"("body":{})", R"("body_base64":"*")",
        R"("body_base64":7)", R"("key":"")", R"("key":7)", R"("labels":[])",
        R"("labels":{"a":1})", R"("ttl":3600)", R"("ttl":"soon")",
        R"("ttl":"0")", R"("no_copy":"yes")", R"("no_copy":1)",
        R"("attachments":{})", R"("attachments":["x"])",
        R"("attachments":[{"name":7}])",
        R"("attachments":[{"data_base64":"*"}])"}) {
    const std::string name =
        Json::parse("{" + std::string(field) + "}").items().begin().key();
    const std::string message = Refused(With(field)).message;
    const bool is_named =
        message.find(name) != std::string::npos || name == "attachments";
    BOOST_TEST(is_named, message);
  }
  Refused(R"({"to":"beto"})");
  Refused(R"({"to":{"beto":true}})");
}

BOOST_AUTO_TEST_CASE(a_number_must_be_the_id_of_a_message) {
  for (const char* number :
       {"0", "-1", "1.0", "1e3", "9007199254740992", "18446744073709551616",
        "123456789012345678901234567890", "1e999", "-1e999", "01", "0x1", "NaN",
        "Infinity", R"("1")", "[1]", "true"}) {
    Refused(With(std::string(R"("in_reply_to":)") + number));
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_field_is_refused_and_the_known_ones_named) {
  const Failure failure = Refused(With(R"("boddy":"x")"));
  BOOST_TEST(failure.message.find("boddy") != std::string::npos);
  BOOST_TEST(failure.hint.find("body_base64") != std::string::npos);
  Refused(With(R"("boddy":null)"));
  Refused(With(R"("To":["x"])"));
  Refused(With(R"("attachments":[{"name":"x","data":"y"}])"));
  BOOST_TEST(Refused(With('"' + std::string(1'000'000, 'x') + R"(":1)"))
                 .message.size() < 200u);
}

BOOST_AUTO_TEST_CASE(a_field_that_comes_twice_is_refused) {
  Refused(R"({"to":["beto"],"to":["ana"]})");
  Refused(R"({"to":["beto"],"subject":null,"subject":"x"})");
  Refused(With(R"("labels":{"a":"1","a":"2"})"));
  Refused(With("\"\\u0073ubject\":\"1\",\"subject\":\"2\""));
  BOOST_TEST(Parsed(With(R"("attachments":[{"name":"x"},{"name":"y"}])"))
                 .attachments_size() == 2);
}

BOOST_AUTO_TEST_CASE(both_bodies_are_refused) {
  Refused(With(R"("body":"x","body_base64":"eA==")"));
  Refused(With(R"("body":"","body_base64":"")"));
}

BOOST_AUTO_TEST_CASE(text_must_be_utf8_without_raw_controls) {
  Refused(With("\"subject\":\"\xff\""));
  Refused(With("\"subject\":\"\xc0\x80\""));
  Refused(With("\"subject\":\"\xed\xa0\x80\""));
  Refused(With(R"("subject":"\ud800")"));
  Refused(With("\"subject\":\"a\tb\""));
  Refused(With(std::string("\"subject\":\"a\0b\"", 15)));
  Refused(std::string("{\"to\":[\"beto\"]}\0x", 17));
  Refused(std::string("\0", 1));
}

BOOST_AUTO_TEST_CASE(depth_and_number_of_values_are_bounded) {
  Refused(Repeated("[", 1'000'000));
  Refused(Repeated("{\"a\":", 1'000'000));
  Refused(With("\"labels\":" + Repeated("[", 100) + Repeated("]", 100)));
  Refused(R"({"to":[)" + Repeated("\"b\",", 1'000'000) + R"("b"]})");
  Refused(With("\"labels\":{" + Repeated("\"\":1,", 1'000'000) + "\"\":1}"));
}

BOOST_AUTO_TEST_CASE(a_refusal_has_the_key_where_that_can_be_read) {
  BOOST_TEST(Refused(With(R"("key":"k","subject":7)")).key == "k");
  BOOST_TEST(Refused(R"({"key":"k"})").key == "k");
  BOOST_TEST(Refused(R"({"key":"k")").key.empty());
  BOOST_TEST(Refused(With(R"("key":7)")).key.empty());
}

// What a program would write for `request`.
std::string LineOf(const Request& request) {
  Json line;
  line["to"] = Json::array();
  for (const std::string& name : request.to()) line["to"].push_back(name);
  line["subject"] = request.subject();
  line["body_base64"] = absl::Base64Escape(request.body());
  line["key"] = request.request_id();
  line["labels"] = Json::object();
  for (const auto& [key, value] : request.labels()) line["labels"][key] = value;
  line["in_reply_to"] = request.in_reply_to();
  line["no_copy"] = request.no_copy();
  line["attachments"] = Json::array();
  for (const auto& attachment : request.attachments()) {
    line["attachments"].push_back(
        {{"name", attachment.name()},
         {"media_type", attachment.media_type()},
         {"data_base64", absl::Base64Escape(attachment.data())}});
  }
  return line.dump();
}

BOOST_AUTO_TEST_CASE(any_message_comes_back) {
  rc::check([] {
    Request request;
    for (const auto& name :
         *rc::gen::container<std::vector<std::string>>(AnyUtf8())) {
      request.add_to(name);
    }
    request.set_subject(*AnyUtf8());
    request.set_body(*AnyBytes());
    request.set_request_id("k" + *AnyUtf8());
    for (const auto& [key, value] :
         *rc::gen::container<std::map<std::string, std::string>>(AnyUtf8(),
                                                                 AnyUtf8())) {
      (*request.mutable_labels())[key] = value;
    }
    request.set_in_reply_to(*rc::gen::inRange<int64_t>(1, int64_t{1} << 53));
    request.set_no_copy(*rc::gen::arbitrary<bool>());
    auto& attachment = *request.add_attachments();
    attachment.set_name(*AnyUtf8());
    attachment.set_media_type(*AnyUtf8());
    attachment.set_data(*AnyBytes());
    RC_ASSERT(LineOf(Parsed(LineOf(request))) == LineOf(request));
  });
}

BOOST_AUTO_TEST_CASE(no_line_does_more_than_be_refused) {
  rc::check([] {
    const std::string line = *rc::gen::oneOf(
        AnyBytes(), rc::gen::map(AnyBytes(), [](const std::string& bytes) {
          return With("\"subject\":\"" + bytes + "\"");
        }));
    try {
      Parsed(line);
    } catch (const Failure& failure) {
      RC_ASSERT(failure.code == "invalid_argument");
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl

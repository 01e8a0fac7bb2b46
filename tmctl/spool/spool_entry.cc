#include "tmctl/spool/spool_entry.h"

#include <google/protobuf/util/json_util.h>
#include <sha2.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace turbo::ctl {
namespace {

using Json = nlohmann::ordered_json;
namespace util = google::protobuf::util;

constexpr int kVersion = 1;
constexpr int kMostAttempts = 1 << 30;
constexpr int kDeepest = 20;  // an attachment's fields are at 4
constexpr char kName[] = "turbomessage.spool";
constexpr Milliseconds kFirstPause = std::chrono::minutes(1);
constexpr Milliseconds kLongestPause = std::chrono::minutes(15);

std::string Digest(const std::string& text) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> hex;
  SHA256Data(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
             hex.data());
  constexpr size_t kKept = 32;
  return {hex.data(), kKept};
}

Json RequestJson(const turbomessage::v1::SendRequest& request) {
  // protobuf's own mapping writes every field that the message has, also those
  // of a later version of it.
  util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  if (const auto status = util::MessageToJsonString(request, &text, options);
      !status.ok()) {
    throw Failure("internal", "can't write a message: " + status.ToString());
  }
  return Json::parse(text);
}

Time TimeOf(const Json& json) {
  const auto time = ParseTime(json.get<std::string>(), Now());
  if (!time) throw Failure("io_error", "a wrong time");
  return *time;
}

SpoolEntry FromJson(const Json& json) {
  SpoolEntry entry;
  entry.server = json.at("server");
  entry.profile = json.at("profile");
  entry.user = json.at("user");
  entry.token_mark = json.at("token_mark");
  entry.is_mail = json.at("is_mail");
  entry.queued_at = TimeOf(json.at("queued_at"));
  if (!json.at("expires_at").is_null()) {
    entry.expires_at = TimeOf(json.at("expires_at"));
  }
  const Json& attempts = json.at("attempts");
  if (!attempts.is_number_unsigned() || attempts > kMostAttempts) {
    throw Failure("io_error", "damaged: a wrong number of attempts");
  }
  entry.attempts = attempts;
  entry.next_attempt_at = TimeOf(json.at("next_attempt_at"));
  entry.last_code = json.at("last_code");
  entry.last_error = json.at("last_error");
  // A field that this program doesn't know is an error: sending without it
  // would be another message.
  const auto status =
      util::JsonStringToMessage(json.at("request").dump(), &entry.request);
  if (!status.ok()) throw Failure("io_error", status.ToString());
  if (entry.key().empty()) {
    throw Failure("io_error", "damaged: it has no key");
  }
  return entry;
}

}  // namespace

SpoolEntry NewEntry(turbomessage::v1::SendRequest request, Time now) {
  SpoolEntry entry;
  entry.request = std::move(request);
  entry.queued_at = entry.next_attempt_at = now;
  if (entry.request.has_ttl()) {
    const auto& ttl = entry.request.ttl();
    entry.expires_at =
        now + Milliseconds(ttl.seconds() * 1000 + ttl.nanos() / 1000000);
  }
  return entry;
}

turbomessage::v1::SendRequest SpoolEntry::RequestAt(Time now) const {
  turbomessage::v1::SendRequest sent = request;
  if (!expires_at) return sent;
  const int64_t left = (*expires_at - now).count();
  sent.mutable_ttl()->set_seconds(left / 1000);
  sent.mutable_ttl()->set_nanos(static_cast<int32_t>(left % 1000 * 1000000));
  return sent;
}

void SpoolEntry::Postpone(const Failure& failure, Time now) {
  constexpr int kDoublings = 4;
  Milliseconds pause = std::min(
      kLongestPause, kFirstPause * (1 << std::min(attempts, kDoublings)));
  if (failure.retry_after_ms) {
    pause = std::max(pause, Milliseconds(*failure.retry_after_ms));
  }
  ++attempts;
  next_attempt_at = now + pause;
  last_code = failure.code;
  last_error = failure.message;
}

std::string MarkOf(const std::string& token) {
  return Digest("turbomessage.spool token " + token);
}

std::string IdentityOf(const SpoolEntry& entry) {
  return Digest(Json::array({entry.server, entry.profile, entry.user,
                             entry.token_mark, entry.key()})
                    .dump());
}

std::string ToText(const SpoolEntry& entry) {
  const Json json{
      {"format", kName},
      {"version", kVersion},
      {"server", entry.server},
      {"profile", entry.profile},
      {"user", entry.user},
      {"token_mark", entry.token_mark},
      {"is_mail", entry.is_mail},
      {"queued_at", FormatTime(entry.queued_at)},
      {"expires_at",
       entry.expires_at ? Json(FormatTime(*entry.expires_at)) : Json(nullptr)},
      {"attempts", entry.attempts},
      {"next_attempt_at", FormatTime(entry.next_attempt_at)},
      {"last_code", entry.last_code},
      {"last_error", entry.last_error},
      {"request", RequestJson(entry.request)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

SpoolEntry ParseEntry(std::string_view text) {
  try {
    const Json json = Json::parse(text, [](int depth, auto, const auto&) {
      // What is nested without end would end the process when it is written.
      if (depth > kDeepest) throw Failure("io_error", "damaged: too deep");
      return true;
    });
    if (json.at("format") != kName || json.at("version") != kVersion) {
      throw Failure("io_error", "of a version that this tmctl doesn't know");
    }
    return FromJson(json);
  } catch (const Json::exception& e) {
    throw Failure("io_error", std::string("damaged: ") + e.what());
  }
}

}  // namespace turbo::ctl

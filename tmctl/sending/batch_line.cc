#include "tmctl/sending/batch_line.h"

#include <absl/strings/escaping.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tmctl/base/failure.h"
#include "tmctl/base/text.h"
#include "tmctl/base/units.h"
#include "tmctl/config/parse.h"

namespace turbo::ctl {
namespace {

using Json = nlohmann::json;
using Request = turbomessage::v1::SendRequest;
using turbomessage::v1::Attachment;

constexpr size_t kDeepest = 3;  // an attachment's fields
// Of names, texts and numbers; what is parsed takes far more memory than text.
constexpr size_t kMostValues = 10'000;

constexpr char kExample[] =
    R"(a line is like {"to":["beto"],"subject":"hello","body":"text"})";

Failure Wrong(const std::string& sentence) {
  return {"invalid_argument", sentence, kExample};
}

Failure WrongField(const std::string& name, const std::string& expected) {
  return Wrong("\"" + name + "\" is not " + expected);
}

std::string Shown(const std::string& name) {
  constexpr size_t kMost = 64;
  return std::string(CutAtCharacter(name, kMost));
}

// Makes what is parsed, within our bounds, and with one value for a name: two
// readers might take different ones.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder() { open_.reserve(kDeepest + 1); }

  Json Take() { return std::move(all_); }

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(int64_t value) override { return Add(value); }
  bool number_unsigned(uint64_t value) override { return Add(value); }
  bool number_float(double value, const std::string&) override {
    return Add(value);
  }
  bool string(std::string& value) override { return Add(std::move(value)); }
  bool binary(Json::binary_t& value) override { return Add(std::move(value)); }
  bool start_object(size_t) override { return Open(Json::object()); }
  bool start_array(size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(std::string& name) override {
    Count();
    const auto [place, is_new] =
        open_.back()->get_ref<Json::object_t&>().emplace(name, nullptr);
    if (!is_new) {
      throw Wrong("it has the field \"" + Shown(name) + "\" twice");
    }
    named_ = &place->second;
    return true;
  }

  bool parse_error(size_t position, const std::string&,
                   const Json::exception& error) override {
    if (dynamic_cast<const Json::parse_error*>(&error) == nullptr) {
      throw Wrong("it is not JSON that can be read: a number is too large");
    }
    throw Wrong("it is not JSON: see byte " + std::to_string(position));
  }

 private:
  void Count() {
    if (++count_ > kMostValues) throw Wrong("it has too many values");
  }

  Json& Place(Json value) {
    Count();
    if (open_.empty()) return all_ = std::move(value);
    Json& parent = *open_.back();
    if (parent.is_object()) return *named_ = std::move(value);
    return parent.emplace_back(std::move(value));
  }

  bool Add(Json value) {
    Place(std::move(value));
    return true;
  }

  bool Open(Json value) {
    open_.push_back(&Place(std::move(value)));
    if (open_.size() > kDeepest) throw Wrong("it is nested too deeply");
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  Json all_;
  std::vector<Json*> open_;  // the objects and arrays that we are in
  Json* named_ = nullptr;    // of the innermost object, the value to come
  size_t count_ = 0;
};

Json Parse(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
    throw Wrong("the line is empty");
  }
  // nlohmann's parser would take it for the end.
  if (line.find('\0') != std::string_view::npos) {
    throw Wrong("it is not JSON: it has a byte 0");
  }
  Builder builder;
  Json::sax_parse(line, &builder);
  return builder.Take();
}

const std::string& TextOf(const Json& value, const std::string& name) {
  if (!value.is_string()) throw WrongField(name, "a text");
  return value.get_ref<const std::string&>();
}

std::string BytesOf(const Json& value, const std::string& name) {
  std::string bytes;
  if (!absl::Base64Unescape(TextOf(value, name), &bytes)) {
    throw WrongField(name, "in Base64");
  }
  return bytes;
}

void SetTo(const Json& value, Request& request) {
  if (!value.is_array()) throw WrongField("to", "a list of names");
  for (const Json& name : value) {
    if (!name.is_string()) throw WrongField("to", "a list of names");
    request.add_to(name.get_ref<const std::string&>());
  }
}

void SetKey(const Json& value, Request& request) {
  if (TextOf(value, "key").empty()) throw Wrong("the key is empty");
  request.set_request_id(value.get_ref<const std::string&>());
}

void SetLabels(const Json& value, Request& request) {
  if (!value.is_object()) throw WrongField("labels", "an object of texts");
  for (const auto& [key, text] : value.items()) {
    if (text.is_null()) continue;
    (*request.mutable_labels())[key] = TextOf(text, "labels." + Shown(key));
  }
}

void SetInReplyTo(const Json& value, Request& request) {
  std::optional<int64_t> id;
  if (value.is_number_integer()) id = ParseId(value.dump());
  if (!id) throw WrongField("in_reply_to", "the id of a message");
  request.set_in_reply_to(*id);
}

void SetTtlOf(const Json& value, Request& request) {
  if (!SetTtl(TextOf(value, "ttl"), request)) {
    throw WrongField("ttl", "a duration such as 90s, 1h30m or 2d");
  }
}

void SetNoCopy(const Json& value, Request& request) {
  if (!value.is_boolean()) throw WrongField("no_copy", "true or false");
  request.set_no_copy(value.get<bool>());
}

template <class Target>
struct Field {
  std::string_view name;
  void (*set)(const Json& value, Target& target);
};

constexpr std::array kAttachmentFields{
    Field<Attachment>{"name",
                      [](const Json& value, Attachment& attachment) {
                        attachment.set_name(TextOf(value, "name"));
                      }},
    Field<Attachment>{"media_type",
                      [](const Json& value, Attachment& attachment) {
                        attachment.set_media_type(TextOf(value, "media_type"));
                      }},
    Field<Attachment>{"data_base64",
                      [](const Json& value, Attachment& attachment) {
                        attachment.set_data(BytesOf(value, "data_base64"));
                      }},
};

// Null is the same as absent.
template <class Fields, class Target>
void SetFields(const Json& object, const Fields& fields, Target& target) {
  for (const auto& [name, value] : object.items()) {
    const auto field =
        std::find_if(fields.begin(), fields.end(),
                     [&name = name](const auto& f) { return f.name == name; });
    if (field == fields.end()) {
      Failure failure = Wrong("there is no field \"" + Shown(name) + "\"");
      failure.hint = "the fields are:";
      for (const auto& f : fields) failure.hint.append(" ").append(f.name);
      throw failure;
    }
    if (!value.is_null()) field->set(value, target);
  }
}

void SetAttachments(const Json& value, Request& request) {
  if (!value.is_array()) throw WrongField("attachments", "a list of objects");
  for (const Json& object : value) {
    if (!object.is_object()) {
      throw WrongField("attachments", "a list of objects");
    }
    SetFields(object, kAttachmentFields, *request.add_attachments());
  }
}

constexpr std::array kFields{
    Field<Request>{"to", SetTo},
    Field<Request>{"subject",
                   [](const Json& value, Request& request) {
                     request.set_subject(TextOf(value, "subject"));
                   }},
    Field<Request>{"body",
                   [](const Json& value, Request& request) {
                     request.set_body(TextOf(value, "body"));
                   }},
    Field<Request>{"body_base64",
                   [](const Json& value, Request& request) {
                     request.set_body(BytesOf(value, "body_base64"));
                   }},
    Field<Request>{"key", SetKey},
    Field<Request>{"labels", SetLabels},
    Field<Request>{"in_reply_to", SetInReplyTo},
    Field<Request>{"ttl", SetTtlOf},
    Field<Request>{"no_copy", SetNoCopy},
    Field<Request>{"attachments", SetAttachments},
};

bool Has(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && !found->is_null();
}

}  // namespace

Request ParseBatchLine(std::string_view line, bool no_copy) {
  const Json object = Parse(line);
  Request request;
  request.set_no_copy(no_copy);
  try {
    if (!object.is_object()) throw Wrong("it is not a JSON object");
    if (Has(object, "key")) SetKey(object["key"], request);
    if (!Has(object, "to")) throw Wrong("\"to\" is missing");
    if (Has(object, "body") && Has(object, "body_base64")) {
      throw Wrong("\"body\" and \"body_base64\" exclude each other");
    }
    SetFields(object, kFields, request);
  } catch (Failure& failure) {
    failure.key = request.request_id();
    throw;
  }
  return request;
}

}  // namespace turbo::ctl

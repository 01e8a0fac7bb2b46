#include "tmctl/config/parse.h"

#include "tmctl/base/failure.h"
#include "tmctl/base/text.h"
#include "tmctl/base/units.h"

namespace turbo::ctl {

std::vector<int64_t> IdsOf(const Arguments& arguments) {
  std::vector<int64_t> ids;
  for (const std::string& operand : arguments.operands()) {
    const auto id = ParseId(operand);
    if (!id) throw Usage("'" + operand + "' is not the id of a message");
    ids.push_back(*id);
  }
  return ids;
}

int64_t IdOf(const Arguments& arguments, const std::string& name) {
  const auto id = ParseId(arguments.Get(name));
  if (id) return *id;
  throw Usage("--" + name + ": '" + arguments.Get(name) +
              "' is not the id of a message");
}

std::vector<std::pair<std::string, std::string>> LabelsOf(
    const Arguments& arguments) {
  std::vector<std::pair<std::string, std::string>> labels;
  for (const std::string& label : arguments.All("label")) {
    const size_t equals = label.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw Usage("--label: '" + label + "' is not KEY=VALUE");
    }
    CheckText(label, "a label");
    labels.emplace_back(label.substr(0, equals), label.substr(equals + 1));
  }
  return labels;
}

turbomessage::v1::Box BoxOf(const Arguments& arguments,
                            turbomessage::v1::Box otherwise) {
  if (!arguments.Has("box")) return otherwise;
  const std::string box = arguments.Get("box");
  if (box == "inbox") return turbomessage::v1::BOX_INBOX;
  if (box == "outbox") return turbomessage::v1::BOX_OUTBOX;
  throw Usage("--box: '" + box + "' is not inbox or outbox");
}

bool SetTtl(const std::string& text, turbomessage::v1::SendRequest& request) {
  const auto ttl = ParseDuration(text);
  if (!ttl || ttl->count() == 0) return false;
  request.mutable_ttl()->set_seconds(ttl->count() / 1000);
  request.mutable_ttl()->set_nanos(
      static_cast<int32_t>(ttl->count() % 1000 * 1000000));
  return true;
}

const std::string& CheckText(const std::string& text, const std::string& what) {
  if (IsUtf8(text)) return text;
  throw Failure("invalid_argument", what + " is not UTF-8");
}

void CheckExclusive(const Arguments& arguments, const std::string& one,
                    const std::string& other) {
  if (arguments.Has(one) && arguments.Has(other)) {
    throw Usage("--" + one + " and --" + other + " exclude each other");
  }
}

}  // namespace turbo::ctl

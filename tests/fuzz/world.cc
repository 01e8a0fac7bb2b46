#include "tests/fuzz/world.h"

#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <utility>

#include "proto/turbomessage/wire.h"
#include "tests/fuzz/call.h"
#include "tests/fuzz/targets.h"

namespace turbo::fuzz {
namespace {

namespace pb = google::protobuf;
using server::v1::Box;

constexpr size_t kAdministrator = 4;

class Silence final : public pb::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string&) override {}
};

server::Options OptionsFor(const TempDir& dir) {
  server::Options options = server::TestOptions();
  options.listen = {{"", 0, (dir / "socket").string()}};
  options.admin_socket = (dir / "admin/socket").string();
  return options;
}

std::unique_ptr<pb::Message> New(const pb::Descriptor* type) {
  return std::unique_ptr<pb::Message>(
      pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

std::vector<const pb::FieldDescriptor*> FieldsOf(const pb::Message& message) {
  std::vector<const pb::FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

// Every message in `message`, itself too.
template <class Visit>
void Walk(pb::Message& message, const Visit& visit) {
  visit(message);
  const pb::Reflection& reflection = *message.GetReflection();
  for (const pb::FieldDescriptor* field : FieldsOf(message)) {
    if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      Walk(*reflection.MutableMessage(&message, field), visit);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      Walk(*reflection.MutableRepeatedMessage(&message, field, i), visit);
    }
  }
}

bool IsText(const pb::FieldDescriptor* field) {
  return field->type() == pb::FieldDescriptor::TYPE_STRING &&
         !field->is_repeated();
}

template <class Memory>
void Remember(pb::Message& response, Memory& memory) {
  Walk(response, [&](pb::Message& message) {
    for (const pb::FieldDescriptor* field : FieldsOf(message)) {
      if (!IsText(field)) continue;
      memory[field->name()] =
          message.GetReflection()->GetString(message, field);
    }
  });
}

template <class Memory>
std::string Recalled(const std::string& text, const Memory& memory) {
  if (!text.starts_with('$')) return text;
  const auto found = memory.find(text.substr(1));
  return found == memory.end() ? text : found->second;
}

template <class Memory>
void Recall(pb::Message& request, const Memory& memory) {
  Walk(request, [&](pb::Message& message) {
    for (const pb::FieldDescriptor* field : FieldsOf(message)) {
      if (!IsText(field)) continue;
      const pb::Reflection& reflection = *message.GetReflection();
      reflection.SetString(
          &message, field,
          Recalled(reflection.GetString(message, field), memory));
    }
  });
}

// The messages that the step sends.
template <class Memory>
std::vector<std::string> RequestsOf(const Step& step,
                                    const pb::MethodDescriptor& rpc,
                                    const Memory& memory) {
  std::vector<std::string> requests(step.raw().begin(), step.raw().end());
  for (const pb::Any& any : step.requests()) {
    const auto request = New(rpc.input_type());
    if (!any.UnpackTo(request.get())) continue;
    Recall(*request, memory);
    requests.push_back(request->SerializePartialAsString());
  }
  if (!rpc.client_streaming()) requests.resize(1);
  return requests;
}

// What gRPC's client takes as a header's value.
bool IsHeader(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c < 0x7f; });
}

std::unique_ptr<pb::Message> ResponseOf(const pb::MethodDescriptor& rpc,
                                        const std::string& bytes) {
  auto response = New(rpc.output_type());
  Require(response->ParseFromString(bytes), "a response can be read",
          rpc.full_name());
  return response;
}

// Of a watch that has told all there is: it says where it stands, and waits.
bool IsCaughtUp(const pb::MethodDescriptor& rpc, const std::string& bytes) {
  if (!rpc.server_streaming() || rpc.client_streaming()) return false;
  const auto response = ResponseOf(rpc, bytes);
  const auto fields = FieldsOf(*response);
  return fields.size() == 1 && fields[0]->name() == "cursor";
}

void RequireReason(const grpc::Status& status, const std::string& rpc) {
  server::Outcome<server::v1::SendResponse> outcome;
  outcome.status = status;
  const std::string told = rpc + ": " + std::to_string(status.error_code()) +
                           " " + status.error_message();
  Require(outcome.info().domain() == wire::kErrorDomain &&
              !outcome.info().reason().empty(),
          "a failure has its reason", told);
  Require(outcome.reason() != wire::kInternal, "no call is a fault of ours",
          told);
}

}  // namespace

std::optional<Script> ParseScript(std::string_view text) {
  Script script;
  Silence silence;
  pb::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silence);
  if (!parser.ParseFromString(std::string(text), &script)) return std::nullopt;
  return script;
}

const std::map<std::string, const pb::MethodDescriptor*>& Rpcs() {
  static const auto kRpcs = [] {
    const auto* pool = pb::DescriptorPool::generated_pool();
    const auto* rpc = pool->FindMethodByName(
        "grpc.reflection.v1alpha.ServerReflection.ServerReflectionInfo");
    const auto request = New(rpc->input_type());
    pb::TextFormat::ParseFromString("list_services: ''", request.get());
    const TempDir dir;
    const server::TestServer server(OptionsFor(dir));
    const Answer answer = Call(
        server.Connect(), "/" + rpc->service()->full_name() + "/" + rpc->name(),
        "", {request->SerializeAsString()}, [](const auto&) { return false; });
    Require(answer.responses.size() == 1, "a server lists its services");

    std::map<std::string, const pb::MethodDescriptor*> rpcs;
    const auto response = ResponseOf(*rpc, answer.responses.front());
    Walk(*response, [&](pb::Message& message) {
      const auto* name = message.GetDescriptor()->FindFieldByName("name");
      if (name == nullptr) return;
      const auto* service = pool->FindServiceByName(
          message.GetReflection()->GetString(message, name));
      if (service == nullptr || service->full_name().starts_with("grpc.")) {
        return;
      }
      for (int i = 0; i < service->method_count(); ++i) {
        rpcs[service->full_name() + "/" + service->method(i)->name()] =
            service->method(i);
      }
    });
    return rpcs;
  }();
  return kRpcs;
}

World::World()
    : server_(OptionsFor(dir_)),
      channel_(server_.Connect()),
      admin_channel_(server_.ConnectAsAdmin()) {
  for (const auto& [number, name] : {std::pair(1, "ana"), {2, "beto"}}) {
    memories_.at(number)["token"] =
        server::Client(channel_).Register(name)->token();
  }
}

void World::Run(const Script& script) {
  constexpr int kMostSteps = 50;
  int count = 0;
  for (const Step& step : script.steps()) {
    if (++count > kMostSteps) return;
    Run(step);
  }
}

void World::Run(const Step& step) {
  const auto found = Rpcs().find(step.rpc());
  if (found == Rpcs().end()) return;
  const pb::MethodDescriptor& rpc = *found->second;
  const size_t caller = step.caller() % memories_.size();
  const auto& channel = caller == kAdministrator ? admin_channel_ : channel_;
  Memory& memory = memories_.at(caller);
  const std::string token = step.has_authorization()
                                ? Recalled(step.authorization(), memory)
                                : memory["token"];
  const std::string header = token.empty() ? "" : wire::kBearer + token;
  if (!IsHeader(header)) return;

  const Answer answer =
      Call(channel, "/" + step.rpc(), header, RequestsOf(step, rpc, memory),
           [&](const auto& bytes) { return IsCaughtUp(rpc, bytes); });
  for (const std::string& bytes : answer.responses) {
    Remember(*ResponseOf(rpc, bytes), memory);
  }
  const bool enough =
      !answer.responses.empty() && IsCaughtUp(rpc, answer.responses.back());
  if (answer.status.ok() || enough) {
    succeeded_.insert(step.rpc());
  } else {
    RequireReason(answer.status, step.rpc());
  }
}

void World::CheckTrays() {
  for (const char* user : {"ana", "beto"}) {
    server::Client client(channel_);
    const auto login = client.Login(user);
    if (!login.ok()) continue;  // the script has changed the password
    client.token = login->token();
    CheckTray(client, Box::BOX_INBOX);
    CheckTray(client, Box::BOX_OUTBOX);
  }
}

void World::CheckTray(server::Client& client, Box box) {
  server::v1::CountRequest counted;
  counted.set_box(box);
  const auto count = client.Count(counted);
  server::v1::ListRequest request;
  request.set_box(box);
  request.set_page_size(2);
  int64_t total = 0;
  int64_t last = INT64_MAX;
  do {
    const auto page = client.List(request);
    Require(page.ok(), "a tray can be listed", page.status.error_message());
    for (const auto& message : page->messages()) {
      Require(message.id() < last, "a list is in order");
      Require(client.Get(message.id(), box).ok(), "what is listed is there");
      last = message.id();
      ++total;
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  Require(count.ok() && count->count() == total, "a list is what is counted");
}

}  // namespace turbo::fuzz

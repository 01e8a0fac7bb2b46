// libFuzzer's mutations of scripts: of calls and of the fields of their
// requests, whatever types these have.
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/world.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max);

namespace turbo::fuzz {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

// What opens doors that random text does not.
constexpr std::array kWords{"ana",
                            "beto",
                            "nobody",
                            "correct horse",
                            "key",
                            "$token",
                            "$cursor",
                            "$secret",
                            "$details",
                            "$next_page_token",
                            "$request_id",
                            "notes.txt",
                            "ANA",
                            "a=b",
                            "x",
                            "$detalles",
                            "----",
                            "report",
                            "",
                            "text/plain"};
constexpr std::array<int64_t, 14> kNumbers{
    0,         1,         2,        3, 4, 5, -1, 16, 100, 86400, 253402300799,
    INT32_MAX, INT64_MAX, INT64_MIN};

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  void Mutate(Script& script) {
    const int count = script.steps_size();
    const size_t kind = count == 0 ? 0 : Below(10);
    auto& steps = *script.mutable_steps();
    if (kind == 0 || kind == 1) {
      AddStep(*steps.Add());
      steps.SwapElements(static_cast<int>(Below(count + 1)), count);
    } else if (kind == 2) {
      steps.DeleteSubrange(static_cast<int>(Below(count)), 1);
    } else if (kind == 3) {
      const Step copy = steps[static_cast<int>(Below(count))];
      *steps.Add() = copy;
    } else {
      Mutate(steps[static_cast<int>(Below(count))]);
    }
  }

  // Some steps of each.
  void Cross(Script& script, const Script& other) {
    if (other.steps_size() == 0) return;
    const int from = static_cast<int>(Below(other.steps_size()));
    for (int i = from; i < other.steps_size() && i < from + 5; ++i) {
      *script.add_steps() = other.steps(i);
    }
  }

 private:
  size_t Below(size_t end) { return random_() % end; }
  template <class Array>
  const auto& OneOf(const Array& array) {
    return array[Below(array.size())];
  }

  void AddStep(Step& step) {
    const auto rpc = std::next(Rpcs().begin(), Below(Rpcs().size()));
    step.set_rpc(rpc->first);
    step.set_caller(1 + Below(3));
    AddRequest(step);
  }

  void AddRequest(Step& step) {
    const auto rpc = Rpcs().find(step.rpc());
    if (rpc == Rpcs().end()) return;
    const std::unique_ptr<pb::Message> request = New(rpc->second->input_type());
    for (size_t i = Below(6); i > 0; --i) MutateMessage(*request, 0);
    step.add_requests()->PackFrom(*request);
  }

  void Mutate(Step& step) {
    switch (Below(12)) {
      case 0:
        return step.set_caller(Below(4));
      case 1:
        return step.has_authorization() ? step.clear_authorization()
                                        : step.set_authorization(OneOf(kWords));
      case 2:
        return AddRequest(step);
      case 3:
        if (step.raw_size() == 0) {
          if (step.requests_size() == 0) return;
          step.add_raw(step.requests(0).value());
        }
        return Bytes(*step.mutable_raw(0));
      case 4:
        return step.clear_raw();
      default:
        if (step.requests_size() == 0) return AddRequest(step);
        return MutateAny(*step.mutable_requests(
            static_cast<int>(Below(step.requests_size()))));
    }
  }

  void MutateAny(pb::Any& any) {
    std::string type;
    pb::Any::ParseAnyTypeUrl(any.type_url(), &type);
    const auto* descriptor =
        pb::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
    if (descriptor == nullptr) return;
    const std::unique_ptr<pb::Message> message = New(descriptor);
    if (!any.UnpackTo(message.get())) return;
    for (size_t i = 1 + Below(3); i > 0; --i) MutateMessage(*message, 0);
    any.PackFrom(*message);
  }

  static std::unique_ptr<pb::Message> New(const pb::Descriptor* type) {
    return std::unique_ptr<pb::Message>(
        pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
  }

  void MutateMessage(pb::Message& message, int depth) {
    const pb::Descriptor* type = message.GetDescriptor();
    constexpr int kDeepest = 5;
    if (type->field_count() == 0 || depth > kDeepest) return;
    const Field* field =
        type->field(static_cast<int>(Below(type->field_count())));
    if (field->is_repeated()) return MutateList(message, field, depth);
    const pb::Reflection& reflection = *message.GetReflection();
    if (Below(8) == 0) return reflection.ClearField(&message, field);
    if (field->cpp_type() == Field::CPPTYPE_MESSAGE) {
      return MutateMessage(*reflection.MutableMessage(&message, field),
                           depth + 1);
    }
    SetScalar(message, field);
  }

  void MutateList(pb::Message& message, const Field* field, int depth) {
    const pb::Reflection& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, field);
    if (size > 0 && Below(4) == 0) {
      return reflection.RemoveLast(&message, field);
    }
    if (field->cpp_type() != Field::CPPTYPE_MESSAGE) {
      return AddScalar(message, field);
    }
    pb::Message* element =
        size == 0 || Below(2) == 0
            ? reflection.AddMessage(&message, field)
            : reflection.MutableRepeatedMessage(&message, field,
                                                static_cast<int>(Below(size)));
    for (int i = 0; i < 3; ++i) MutateMessage(*element, depth + 1);
  }

  void SetScalar(pb::Message& message, const Field* field) {
    const pb::Reflection& reflection = *message.GetReflection();
    switch (field->cpp_type()) {
      case Field::CPPTYPE_BOOL:
        return reflection.SetBool(&message, field, Below(2) == 0);
      case Field::CPPTYPE_INT32:
        return reflection.SetInt32(&message, field,
                                   static_cast<int32_t>(Number()));
      case Field::CPPTYPE_UINT32:
        return reflection.SetUInt32(&message, field,
                                    static_cast<uint32_t>(Number()));
      case Field::CPPTYPE_INT64:
        return reflection.SetInt64(&message, field, Number());
      case Field::CPPTYPE_UINT64:
        return reflection.SetUInt64(&message, field,
                                    static_cast<uint64_t>(Number()));
      case Field::CPPTYPE_ENUM:
        return reflection.SetEnumValue(&message, field,
                                       static_cast<int>(Below(5)));
      case Field::CPPTYPE_STRING:
        return reflection.SetString(&message, field,
                                    Text(reflection.GetString(message, field)));
      default:
        return;
    }
  }

  void AddScalar(pb::Message& message, const Field* field) {
    const pb::Reflection& reflection = *message.GetReflection();
    if (field->cpp_type() == Field::CPPTYPE_STRING) {
      reflection.AddString(&message, field, Text(""));
    } else if (field->cpp_type() == Field::CPPTYPE_INT64) {
      reflection.AddInt64(&message, field, Number());
    }
  }

  int64_t Number() {
    return Below(8) == 0 ? static_cast<int64_t>(random_()) : OneOf(kNumbers);
  }

  std::string Text(std::string text) {
    if (Below(2) == 0) return OneOf(kWords);
    Bytes(text);
    return text;
  }

  static void Bytes(std::string& bytes) {
    constexpr size_t kRoom = 64;
    const size_t size = bytes.size();
    bytes.resize(size + kRoom);
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(bytes.data()),
                                  size, bytes.size()));
  }

  std::mt19937_64 random_;
};

std::string Print(const Script& script) {
  pb::TextFormat::Printer printer;
  printer.SetExpandAny(true);
  std::string text;
  printer.PrintToString(script, &text);
  return text;
}

Script Parsed(const uint8_t* data, size_t size) {
  return ParseScript({reinterpret_cast<const char*>(data), size})
      .value_or(Script());
}

// What finds no room is left as it was.
size_t Store(const Script& script, uint8_t* data, size_t size, size_t max) {
  const std::string text = Print(script);
  if (text.empty() || text.size() > max) return size;
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

}  // namespace
}  // namespace turbo::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                          size_t max, unsigned seed) {
  using namespace turbo::fuzz;  // NOLINT(google-build-using-namespace)
  Script script = Parsed(data, size);
  Mutator(seed).Mutate(script);
  return Store(script, data, size, max);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2,
                                            uint8_t* out, size_t max,
                                            unsigned seed) {
  using namespace turbo::fuzz;  // NOLINT(google-build-using-namespace)
  Script script = Parsed(data1, size1);
  Mutator(seed).Cross(script, Parsed(data2, size2));
  return Store(script, out, 0, max);
}

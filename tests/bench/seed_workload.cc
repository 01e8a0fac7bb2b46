// The seed's contract: each slot has two users of its own, the one sends, then
// both delete. So it runs where trays are small, too. The seed's own server
// tells no folio: it is looked up in the outbox, by a call more.
#include <array>
#include <random>
#include <stdexcept>
#include <utility>

#include "tests/bench/workloads.h"
#include "turbomessage.pb.h"

namespace turbo::bench {
namespace {

namespace seed = turbomessage;

constexpr char kRegister[] =
    "/turbomessage.ServidorTurboMessage/registrar_usuario";
constexpr char kSend[] = "/turbomessage.ServidorTurboMessage/enviar_mensaje";
constexpr char kList[] = "/turbomessage.ServidorTurboMessage/get_bandeja";
constexpr char kDelete[] = "/turbomessage.ServidorTurboMessage/borrar_mensaje";

// What the slot does next, in this order and round again from kSending.
enum class Step {
  kRegisteringFrom,
  kRegisteringTo,
  kSending,
  kLooking,
  kDeletingSent,
  kDeletingReceived,
};

struct Pair {
  User from;
  User to;
  Step step = Step::kRegisteringFrom;
  int32_t id = 0;
};

class Seed final : public Workload {
 public:
  // Takes users that are logged in from `material`, if there are any.
  Seed(const Material& material, size_t slots)
      : content_("load-----" + std::string(material.body, 'x')), pairs_(slots) {
    const std::string prefix = "load" + std::to_string(std::random_device{}());
    for (size_t i = 0; i < slots; ++i) {
      Pair& pair = pairs_[i];
      if (material.users.empty()) {
        pair.from.name = prefix + "-from-" + std::to_string(i);
        pair.to.name = prefix + "-to-" + std::to_string(i);
        continue;
      }
      pair.from = material.users.at(2 * i);
      pair.to = material.users.at(2 * i + 1);
      pair.step = Step::kSending;
    }
  }

  std::optional<Call> Next(size_t slot) override {
    Pair& pair = pairs_[slot];
    switch (pair.step) {
      case Step::kRegisteringFrom:
        return Register(pair.from);
      case Step::kRegisteringTo:
        return Register(pair.to);
      case Step::kSending:
        return Send(pair);
      case Step::kLooking:
        return List(pair.from, "salida");
      case Step::kDeletingSent:
        return Delete(pair.from, pair.id, "salida");
      case Step::kDeletingReceived:
        return Delete(pair.to, pair.id, "entrada");
    }
    return std::nullopt;
  }

  void Answered(size_t slot, const grpc::ByteBuffer& response) override {
    Pair& pair = pairs_[slot];
    switch (pair.step) {
      case Step::kRegisteringFrom:
        pair.from.token = DetailsOf(response);
        pair.step = Step::kRegisteringTo;
        return;
      case Step::kRegisteringTo:
        pair.to.token = DetailsOf(response);
        pair.step = Step::kSending;
        return;
      case Step::kSending: {
        const std::string folio = DetailsOf(response);
        if (!folio.empty()) pair.id = std::stoi(folio);
        pair.step = folio.empty() ? Step::kLooking : Step::kDeletingSent;
        return;
      }
      case Step::kLooking:
        pair.id = NewestOf(response);
        pair.step = Step::kDeletingSent;
        return;
      case Step::kDeletingSent:
        DetailsOf(response);
        pair.step = Step::kDeletingReceived;
        return;
      case Step::kDeletingReceived:
        DetailsOf(response);
        pair.step = Step::kSending;
    }
  }

 private:
  static Call Register(const User& user) {
    seed::LoginRequest request;
    request.set_usuario(user.name);
    request.set_passwd("correct horse");
    return {kRegister, Pack(request)};
  }

  Call Send(const Pair& pair) const {
    seed::EnviarMensajeRequest request;
    request.set_usuario(pair.from.name);
    request.set_token(pair.from.token);
    seed::Correo& mail = *request.mutable_correo();
    mail.set_desde(pair.from.name);
    mail.set_a(pair.to.name);
    mail.set_contenido(content_);
    return {kSend, Pack(request)};
  }

  static Call List(const User& user, const char* tray) {
    seed::GetBandejaRequest request;
    request.set_usuario(user.name);
    request.set_token(user.token);
    request.set_bandeja(tray);
    return {kList, Pack(request)};
  }

  // Of a call that went well.
  static std::string DetailsOf(const grpc::ByteBuffer& response) {
    const auto status = Unpack<seed::Status>(response);
    if (!status.success()) {
      throw std::runtime_error("the seed's contract: " + status.detalles());
    }
    return status.detalles();
  }

  static int32_t NewestOf(const grpc::ByteBuffer& response) {
    const auto tray = Unpack<seed::Bandeja>(response);
    if (tray.correos().empty()) {
      throw std::runtime_error("the seed's contract: what was sent is missing");
    }
    return tray.correos().rbegin()->id();
  }

  static Call Delete(const User& user, int32_t id, const char* tray) {
    seed::MensajeActionRequest request;
    request.set_usuario(user.name);
    request.set_token(user.token);
    request.set_correo_id(id);
    request.set_bandeja(tray);
    return {kDelete, Pack(request)};
  }

  const std::string content_;
  std::vector<Pair> pairs_;
};

std::unique_ptr<Workload> Make(Material& material, size_t slots) {
  if (!material.users.empty() && material.users.size() < 2 * slots) {
    throw std::runtime_error("two users are needed for each outstanding call");
  }
  return std::make_unique<Seed>(material, slots);
}

}  // namespace

Mode SeedMode() {
  return {"seed", "the seed's contract: send, delete, delete", false, false,
          Make};
}

}  // namespace turbo::bench

#include <absl/strings/str_join.h>

#include <chrono>
#include <string>
#include <vector>

#include "tmctl/checks/checks_server.h"
#include "tmctl/net/connect.h"
#include "tmctl/net/handshake.h"
#include "tmctl/net/tls.h"

namespace turbo::ctl {
namespace {

constexpr char kName[] = "name";
constexpr char kConnection[] = "connection";
constexpr char kTls[] = "tls";
constexpr Milliseconds kNotice = std::chrono::days(14);

// When something ends, and in how many days.
std::string Remaining(Time end) {
  const auto days = std::chrono::floor<std::chrono::days>(end - Now()).count();
  return FormatTime(end) + ", in " + std::to_string(days) +
         (days == 1 ? " day" : " days");
}

// The addresses behind the name; none where the check failed.
std::vector<Endpoint> CheckName(const Address& server, Milliseconds patience,
                                const Tell& tell) {
  std::vector<Endpoint> endpoints;
  try {
    endpoints = FindEndpoints(server, patience);
  } catch (const Failure& failure) {
    tell(Failed(kName, failure));
    return {};
  }
  std::vector<std::string> texts;
  texts.reserve(endpoints.size());
  for (const Endpoint& endpoint : endpoints) texts.push_back(endpoint.host);
  const std::string list = absl::StrJoin(texts, ", ");
  tell(Ok(kName, server.is_unix() || server.host == list
                     ? list + " needs no resolver"
                     : server.host + " is " + list));
  return endpoints;
}

bool CheckConnection(const std::vector<Endpoint>& endpoints,
                     Milliseconds patience, const Tell& tell) {
  const SteadyTime end = std::chrono::steady_clock::now() + patience;
  std::vector<Attempt> attempts;
  attempts.reserve(endpoints.size());
  for (const Endpoint& endpoint : endpoints) {
    attempts.push_back(BeginConnecting(endpoint));
  }
  std::vector<std::string> good;
  std::vector<std::string> bad;
  for (size_t i = 0; i < attempts.size(); ++i) {
    FinishConnecting(attempts[i], end);
    if (attempts[i].error == 0) {
      good.push_back(endpoints[i].text);
    } else {
      bad.push_back(WithErrno(endpoints[i].text, attempts[i].error));
    }
  }
  const std::string answers = absl::StrJoin(good, ", ") + " takes connections";
  if (good.empty()) {
    tell(Failed(kConnection, {"unavailable", absl::StrJoin(bad, "; ")}));
  } else if (!bad.empty()) {
    tell(Warning(kConnection, answers + "; " + absl::StrJoin(bad, "; "),
                 "name the address that answers, with --server"));
  } else {
    tell(Ok(kConnection, answers));
  }
  return !good.empty();
}

Check CheckEncryption(const Settings& settings, Milliseconds patience) {
  const TlsContents contents = ReadTls(settings.tls);
  const Handshake result = ShakeHands(settings.server, contents, patience);
  if (result.fault) return Failed(kTls, *result.fault);
  if (result.version.empty())
    return Skipped(kTls, "the server is out of reach");
  const std::string message =
      result.version + ", the server's certificate for " + result.names +
      ", signed by \"" + result.issuer + "\", ends " + Remaining(result.end);
  if (result.end - Now() < kNotice) {
    return Warning(kTls, message, "have the server's administrator renew it");
  }
  if (contents.cert.empty()) return Ok(kTls, message);
  const std::string both =
      message + "; our certificate ends " + Remaining(contents.cert_end);
  if (contents.cert_end - Now() < kNotice) {
    return Warning(kTls, both, "get a new one from the server's administrator");
  }
  return Ok(kTls, both);
}

Check CheckTls(const Settings& settings, bool reached, Milliseconds patience) {
  if (settings.server.tls) {
    if (!reached) return Skipped(kTls, "no connection could be made");
    try {
      return CheckEncryption(settings, patience);
    } catch (const Failure& failure) {
      return Failed(kTls, failure);
    }
  }
  if (settings.server.IsLocal()) {
    return Ok(kTls, "not encrypted; nothing leaves this machine");
  }
  const Failure plain = Unencrypted(settings.server.Text());
  if (!settings.insecure) return Failed(kTls, plain);
  return Warning(
      kTls,
      plain.message + ": passwords, tokens and mail can be read on the way",
      "give the server TLS and name it with tls://, or use it in a network "
      "that you trust");
}

}  // namespace

bool CheckNetwork(const Settings& settings, const Tell& tell) {
  const Milliseconds patience = PatienceOf(settings);
  const auto endpoints = CheckName(settings.server, patience, tell);
  bool reached = false;
  if (endpoints.empty()) {
    tell(Skipped(kConnection, "there is no address to connect to"));
  } else {
    reached = CheckConnection(endpoints, patience, tell);
  }
  tell(CheckTls(settings, reached, patience));
  return reached;
}

}  // namespace turbo::ctl

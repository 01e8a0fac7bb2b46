#include "tmserver/option_table.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace turbo::server {
namespace {

template <class T, size_t N>
T Choose(const std::string& text,
         const std::array<std::pair<const char*, T>, N>& choices) {
  std::string names;
  for (const auto& [name, value] : choices) {
    if (text == name) return value;
    names.append(names.empty() ? "" : ", ").append(name);
  }
  throw std::invalid_argument("'" + text + "' is not one of " + names);
}

constexpr std::array<std::pair<const char*, mail::Registration>, 3>
    kRegistrations = {{{"open", mail::Registration::kOpen},
                       {"closed", mail::Registration::kClosed},
                       {"invite", mail::Registration::kInvite}}};
constexpr std::array<std::pair<const char*, log::Format>, 2> kFormats = {
    {{"text", log::Format::kText}, {"json", log::Format::kJson}}};
constexpr std::array<std::pair<const char*, log::Level>, 7> kLevels = {
    {{"trace", log::Level::kTrace},
     {"debug", log::Level::kDebug},
     {"info", log::Level::kInfo},
     {"warn", log::Level::kWarn},
     {"error", log::Level::kError},
     {"critical", log::Level::kCritical},
     {"off", log::Level::kOff}}};

constexpr std::array<std::pair<const char*, audit::Level>, 3> kAuditLevels = {
    {{"info", audit::Level::kInfo},
     {"warn", audit::Level::kWarn},
     {"off", audit::Level::kOff}}};

std::string ParseGiven(const std::string& text, const char* what) {
  if (text.empty() || text.find('\0') != text.npos) {
    throw std::invalid_argument(std::string(what) + " is empty");
  }
  return text;
}

// A row of the store has at most 1,000,000,000 bytes (sqlite.org/limits.html),
// and labels, which are escaped there, take up to three times theirs.
constexpr uint64_t kLargestMessage = uint64_t{256} << 20;

const OptionRow kRows[] = {
    {"port", "N", "50052",
     "TCP port on the loopback addresses, also given as PORT; 0 picks a free "
     "one",
     ConfigKind::kInteger,
     [](Options& o, const std::string& v) {
       o.port = static_cast<uint16_t>(ParseInteger(v, 0, 65535));
     }},
    {"listen", "ADDR", nullptr,
     "listen on host:port or unix:PATH instead; may be repeated",
     ConfigKind::kList,
     [](Options& o, const std::string& v) {
       o.listen.push_back(ParseAddress(v));
     }},
    {"store", "URL", nullptr,
     "where the mail is: sqlite:PATH, or memory: (not durable) (default: "
     "sqlite:mail.db in the state directory)",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       if (v.empty()) throw std::invalid_argument("the URL is empty");
       o.store = v;
     }},
    {"admin-socket", "PATH", nullptr,
     "Unix socket for administration, or none (default: "
     "tmserver-admin/NAME.sock beside the store's file NAME)",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       if (v.empty()) throw std::invalid_argument("the path is empty");
       if (v != "none") ParseAddress("unix:" + v);
       o.admin_socket = v == "none" ? "" : v;
       o.admin_socket_chosen = true;
     }},
    {"tray-capacity", "N", "5",
     "messages per tray (inbox, outbox) and user; 0: no limit",
     ConfigKind::kInteger,
     [](Options& o, const std::string& v) {
       o.mail.tray_capacity = ParseInteger(v, 0, 1'000'000'000);
     }},
    {"session-ttl", "D", "1h", "how long an unused login lasts; use renews it",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.sessions.idle = ParseDuration(v);
     }},
    {"session-max", "D", "24h", "how long a login lasts at most",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.sessions.absolute = ParseDuration(v);
     }},
    {"registration", "MODE", "open",
     "open: everybody may register; closed: nobody; invite: who has a code",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.accounts.registration = Choose(v, kRegistrations);
     }},
    {"min-password-length", "N", "8", "bytes, 1 to 1024", ConfigKind::kInteger,
     [](Options& o, const std::string& v) {
       o.accounts.min_password_length =
           ParseInteger(v, 1, mail::kMaxPasswordLength);
     }},
    {"max-message-size", "S", "1MiB",
     "subject, body, labels and attachments together", ConfigKind::kSize,
     [](Options& o, const std::string& v) {
       o.mail.max_message_size = ParseSize(v, 1, kLargestMessage);
     }},
    {"register-days", "N", "365",
     "how long the register of sends (without content) is kept",
     ConfigKind::kInteger,
     [](Options& o, const std::string& v) {
       o.register_days = std::chrono::days(ParseInteger(v, 0, 36500));
     }},
    {"tls-cert", "F", nullptr,
     "serve TLS on TCP with the certificate in F (PEM)", ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.tls.cert = ParseGiven(v, "the file");
     }},
    {"tls-key", "F", nullptr, "the certificate's private key (PEM)",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.tls.key = ParseGiven(v, "the file");
     }},
    {"tls-client-ca", "F", nullptr,
     "demand certificates of clients, signed by a CA in F (PEM)",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.tls.client_ca = ParseGiven(v, "the file");
     }},
    {"account-rate", "RATE", "5000/s:200000",
     "calls of one account, however many at once after the colon; or none",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.sessions.account_rate = ParseRate(v);
     }},
    {"login-rate", "RATE", "50/s:1000",
     "logins, registrations and unknown tokens from one address; or none",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.sessions.stranger_rate = ParseRate(v);
     }},
    {"insecure", nullptr, nullptr,
     "allow plaintext on addresses that are not loopback", ConfigKind::kSwitch,
     [](Options& o, const std::string& v) { o.insecure = ParseSwitch(v); }},
    {"socket-mode", "MODE", nullptr,
     "permissions of Unix sockets (default: 0600, with --socket-group 0660)",
     ConfigKind::kText,
     [](Options& o, const std::string& v) { o.socket_mode = ParseMode(v); }},
    {"socket-group", "GROUP", nullptr, "group of Unix sockets",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.socket_group = ParseGiven(v, "the group");
     }},
    {"log-format", "FORMAT", "text", "text or json, on stderr",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.log_format = Choose(v, kFormats);
     }},
    {"log-level", "L", "info",
     "trace, debug, info, warn, error, critical or off", ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.log_level = Choose(v, kLevels);
     }},
    {"audit-log", "F", "none",
     "who did what from where, as JSON lines: a file, stderr or none",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.audit_log = ParseGiven(v, "the path");
     }},
    {"audit-level", "L", "info", "info, warn (only what was refused) or off",
     ConfigKind::kText,
     [](Options& o, const std::string& v) {
       o.audit_level = Choose(v, kAuditLevels);
     }},
};

}  // namespace

std::span<const OptionRow> OptionTable() { return kRows; }

const OptionRow* FindOption(std::string_view name) {
  for (const OptionRow& row : kRows) {
    if (name == row.name) return &row;
  }
  return nullptr;
}

std::string KeyOf(std::string_view name) {
  std::string key(name);
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

std::string VariableOf(std::string_view name) {
  std::string variable = "TMSERVER_" + KeyOf(name);
  for (char& c : variable) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return variable;
}

}  // namespace turbo::server

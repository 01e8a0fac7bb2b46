#include "tmctl/output/admin_results.h"

#include <utility>

#include "tmctl/base/text.h"
#include "tmctl/base/units.h"
#include "tmctl/output/table.h"

namespace turbo::ctl {
namespace {

const char* NameOf(v1::Role role) {
  switch (role) {
    case v1::ROLE_ADMIN:
      return "admin";
    case v1::ROLE_USER:
      return "user";
    default:
      return "unknown";
  }
}

void AddUser(const v1::User& user, Json& json) {
  json["user"] = user.name();
  json["role"] = NameOf(user.role());
  json["disabled"] = user.disabled();
  json["has_password"] = user.has_password();
  json["quota"] = user.has_quota() ? Json(user.quota()) : Json(nullptr);
  json["created_at"] = TimeJson(user.has_created_at(), user.created_at());
}

void AddInvite(const v1::Invite& invite, const std::string& code, Json& json) {
  json["id"] = invite.id();
  json["uses"] = invite.uses();
  json["created_by"] = invite.created_by();
  json["created_at"] = TimeJson(invite.has_created_at(), invite.created_at());
  json["expires_at"] = TimeJson(invite.has_expires_at(), invite.expires_at());
  json["code"] = code.empty() ? Json(nullptr) : Json(code);
}

std::string QuotaText(const v1::User& user) {
  if (!user.has_quota()) return "default";
  return user.quota() == 0 ? "no limit" : std::to_string(user.quota());
}

// The first of them that holds.
std::string StateText(const v1::User& user) {
  if (user.disabled()) return "disabled";
  return user.has_password() ? "enabled" : "no password";
}

using Rows = std::vector<std::vector<std::string>>;

std::vector<std::string> RowOf(const v1::User& user) {
  return {Harmless(user.name()), NameOf(user.role()), StateText(user),
          QuotaText(user),
          user.has_created_at() ? DateText(user.created_at()) : "unknown"};
}

std::string InviteText(const v1::Invite& invite) {
  return "invitation " + std::to_string(invite.id()) + ": " +
         std::to_string(invite.uses()) +
         (invite.uses() == 1 ? " use" : " uses") + ", expires " +
         DateText(invite.expires_at()) + "\n";
}

std::string StatsText(const v1::GetStatsResponse& stats) {
  const auto line = [](const char* name, int64_t value) {
    return std::string(name) + ": " + std::to_string(value) + "\n";
  };
  return "Version: " + Harmless(stats.version()) + "\n" +
         "Started: " + DateText(stats.started_at()) + "\n" +
         line("Users", stats.users()) + line("Logins", stats.sessions()) +
         line("Messages accepted", stats.messages()) +
         line("Register entries", stats.register_entries()) +
         line("Bytes of the store", stats.store_bytes());
}

}  // namespace

Json UserDocument(const v1::User& user) {
  Json document = Document("user");
  AddUser(user, document);
  return document;
}

Result ResultOf(const v1::User& user) {
  return {UserDocument(user), {user.name()}, [user] {
            return TextTable(
                {{"NAME", "ROLE", "STATE", "QUOTA", "MADE"}, RowOf(user)});
          }};
}

Result ResultOf(const std::vector<v1::User>& users) {
  Json document = Document("users");
  document["users"] = Json::array();
  std::vector<std::string> names;
  Rows rows{{"NAME", "ROLE", "STATE", "QUOTA", "MADE"}};
  for (const v1::User& user : users) {
    AddUser(user, document["users"].emplace_back(Json::object()));
    names.push_back(user.name());
    rows.push_back(RowOf(user));
  }
  return {document, names, [rows, users] {
            return users.empty() ? std::string() : TextTable(rows);
          }};
}

Result ResultOf(const std::vector<v1::LoginSession>& sessions) {
  Json document = Document("sessions");
  document["sessions"] = Json::array();
  std::vector<std::string> names;
  Rows rows{{"NAME", "SINCE", "LAST USED"}};
  for (const v1::LoginSession& session : sessions) {
    document["sessions"].push_back(
        {{"user", session.user()},
         {"created_at",
          TimeJson(session.has_created_at(), session.created_at())},
         {"used_at", TimeJson(session.has_used_at(), session.used_at())}});
    names.push_back(session.user());
    rows.push_back({Harmless(session.user()), DateText(session.created_at()),
                    DateText(session.used_at())});
  }
  return {document, names, [rows] {
            return rows.size() == 1 ? std::string() : TextTable(rows);
          }};
}

Result ResultOf(const std::string& user, const v1::EndSessionsResponse& ended) {
  Json document = Document("ended");
  document["user"] = user;
  document["login"] = ended.login();
  document["tokens"] = ended.tokens();
  return {
      document, {user}, [user, ended] {
        return Harmless(user) + ": " +
               (ended.login() ? "the login was ended" : "there was no login") +
               ", " + std::to_string(ended.tokens()) +
               (ended.tokens() == 1 ? " token" : " tokens") + " revoked\n";
      }};
}

Result ResultOf(const v1::Invite& invite, const std::string& code) {
  Json document = Document("invite");
  AddInvite(invite, code, document);
  return {document, {std::to_string(invite.id())}, [invite, code] {
            return InviteText(invite) + (code.empty() ? "" : code + "\n");
          }};
}

Result ResultOf(const std::vector<v1::Invite>& invites) {
  Json document = Document("invites");
  document["invites"] = Json::array();
  std::vector<std::string> ids;
  Rows rows{{"ID", "USES", "EXPIRES", "BY"}};
  for (const v1::Invite& invite : invites) {
    AddInvite(invite, "", document["invites"].emplace_back(Json::object()));
    ids.push_back(std::to_string(invite.id()));
    rows.push_back({ids.back(), std::to_string(invite.uses()),
                    DateText(invite.expires_at()),
                    Harmless(invite.created_by())});
  }
  return {document, ids, [rows] {
            return rows.size() == 1 ? std::string() : TextTable(rows);
          }};
}

Result ResultOf(const v1::GetStatsResponse& stats) {
  Json document = Document("stats");
  document["version"] = stats.version();
  document["started_at"] = TimeJson(stats.has_started_at(), stats.started_at());
  document["users"] = stats.users();
  document["sessions"] = stats.sessions();
  document["messages"] = stats.messages();
  document["register_entries"] = stats.register_entries();
  document["store_bytes"] = stats.store_bytes();
  return {document, {}, [stats] { return StatsText(stats); }};
}

}  // namespace turbo::ctl

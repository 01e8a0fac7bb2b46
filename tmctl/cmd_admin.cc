#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <limits>
#include <string>

#include "tmctl/base/failure.h"
#include "tmctl/base/units.h"
#include "tmctl/commands.h"
#include "tmctl/config/parse.h"
#include "tmctl/output/admin_results.h"

namespace turbo::ctl {
namespace {

using Names = std::vector<std::string>;

constexpr int kPage = 1000;

// One thing that `tmctl admin` does.
struct Verb {
  std::string_view name;      // one word or two
  std::string_view operands;  // as the manual shows them
  size_t min_operands;
  size_t max_operands;
  std::string_view options;  // of this verb, between spaces
  int (*run)(Context&, const Names&);
};

std::string UserIn(const Names& operands) {
  return CheckText(operands.front(), "the user's name");
}

// --- user ---

int AddUser(Context& context, const Names& operands) {
  v1::AddUserRequest request;
  request.set_user(UserIn(operands));
  request.set_role(context.arguments.Has("admin") ? v1::ROLE_ADMIN
                                                  : v1::ROLE_USER);
  request.set_password(
      FindPasswordFor(request.user(), context.arguments, context.settings));
  context.output.Print(ResultOf(context.client->AddUser(request).user()));
  return kExitOk;
}

int ListUsers(Context& context, const Names&) {
  std::vector<v1::User> users;
  v1::ListUsersRequest request;
  request.set_page_size(kPage);
  do {
    context.client->BeginOperation();
    v1::ListUsersResponse page = context.client->ListUsers(request);
    for (v1::User& user : *page.mutable_users()) {
      if (context.output.mode() == OutputMode::kJsonl) {
        context.output.Print(ResultOf(user));
      } else {
        users.push_back(std::move(user));
      }
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (context.output.mode() != OutputMode::kJsonl) {
    context.output.Print(ResultOf(users));
  }
  return kExitOk;
}

v1::User GetUser(Context& context, const std::string& name) {
  v1::GetUserRequest request;
  request.set_user(name);
  return context.client->GetUser(request).user();
}

int ShowUser(Context& context, const Names& operands) {
  context.output.Print(ResultOf(GetUser(context, UserIn(operands))));
  return kExitOk;
}

int SetRole(Context& context, const Names& operands) {
  v1::SetRoleRequest request;
  request.set_user(UserIn(operands));
  if (operands[1] != "admin" && operands[1] != "user") {
    throw Usage("a role is admin or user, not '" + operands[1] + "'");
  }
  request.set_role(operands[1] == "admin" ? v1::ROLE_ADMIN : v1::ROLE_USER);
  context.output.Print(ResultOf(context.client->SetRole(request).user()));
  return kExitOk;
}

int SetEnabled(Context& context, const Names& operands, bool enabled) {
  v1::SetEnabledRequest request;
  request.set_user(UserIn(operands));
  request.set_enabled(enabled);
  context.output.Print(ResultOf(context.client->SetEnabled(request).user()));
  return kExitOk;
}

int DisableUser(Context& context, const Names& operands) {
  return SetEnabled(context, operands, false);
}

int EnableUser(Context& context, const Names& operands) {
  return SetEnabled(context, operands, true);
}

int SetPassword(Context& context, const Names& operands) {
  v1::SetPasswordRequest request;
  request.set_user(UserIn(operands));
  request.set_password(
      FindPasswordFor(request.user(), context.arguments, context.settings));
  context.output.Print(ResultOf(context.client->SetPassword(request).user()));
  return kExitOk;
}

int SetQuota(Context& context, const Names& operands) {
  v1::SetQuotaRequest request;
  request.set_user(UserIn(operands));
  if (operands[1] != "default") {
    const auto quota = ParseNumber(operands[1]);
    if (!quota) {
      throw Usage(
          "a quota is a number of messages, 0 (no limit) or default, "
          "not '" +
          operands[1] + "'");
    }
    request.set_quota(*quota);
  }
  context.output.Print(ResultOf(context.client->SetQuota(request).user()));
  return kExitOk;
}

// Whether a person at the terminal agrees.
bool Agrees(const Context& context, const std::string& user) {
  if (context.arguments.Has("yes")) return true;
  if (context.settings.no_input || isatty(STDIN_FILENO) == 0 ||
      isatty(STDERR_FILENO) == 0) {
    throw Usage("user delete needs --yes where nobody can be asked");
  }
  std::cerr << "Delete " << user << " with all trays and tokens? [y/N] "
            << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int DeleteUser(Context& context, const Names& operands) {
  v1::DeleteUserRequest request;
  request.set_user(UserIn(operands));
  request.set_free_name(context.arguments.Has("free-name"));
  std::optional<v1::User> user;
  try {
    user = GetUser(context, request.user());
  } catch (const Failure& failure) {
    // Perhaps a name to be set free.
    if (failure.code != "user_not_found" || !request.free_name()) throw;
  }
  if (user && !Agrees(context, user->name())) return kExitNo;
  context.client->BeginOperation();
  context.client->DeleteUser(request);
  if (user) context.output.Print(ResultOf(*user));
  return kExitOk;
}

// --- sessions ---

int ListSessions(Context& context, const Names&) {
  std::vector<v1::LoginSession> sessions;
  v1::ListSessionsRequest request;
  request.set_page_size(kPage);
  do {
    context.client->BeginOperation();
    const v1::ListSessionsResponse page = context.client->ListSessions(request);
    sessions.insert(sessions.end(), page.sessions().begin(),
                    page.sessions().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  std::sort(sessions.begin(), sessions.end(),
            [](const v1::LoginSession& a, const v1::LoginSession& b) {
              return a.user() < b.user();
            });
  context.output.Print(ResultOf(sessions));
  return kExitOk;
}

int EndSessions(Context& context, const Names& operands) {
  v1::EndSessionsRequest request;
  request.set_user(UserIn(operands));
  request.set_tokens(context.arguments.Has("tokens"));
  context.output.Print(
      ResultOf(request.user(), context.client->EndSessions(request)));
  return kExitOk;
}

// --- invite ---

void SetLifetime(const std::string& text, v1::CreateInviteRequest& request) {
  const auto life = ParseDuration(text);
  if (!life || life->count() == 0) {
    throw Usage("--expires: '" + text +
                "' is not a duration such as 7d or 12h");
  }
  request.mutable_lifetime()->set_seconds(life->count() / 1000);
  request.mutable_lifetime()->set_nanos(
      static_cast<int32_t>(life->count() % 1000) * 1000000);
}

int CreateInvite(Context& context, const Names&) {
  if (context.output.quiet() || context.output.mode() == OutputMode::kIds) {
    throw Usage("with -q or -o ids nobody would see the invitation's code");
  }
  v1::CreateInviteRequest request;
  const std::string uses = context.arguments.Get("uses", "1");
  const auto number = ParseNumber(uses);
  if (!number || *number < 1 || *number > std::numeric_limits<int32_t>::max()) {
    throw Usage("--uses: '" + uses + "' is not a number from 1 on");
  }
  request.set_uses(static_cast<int32_t>(*number));
  if (context.arguments.Has("expires")) {
    SetLifetime(context.arguments.Get("expires"), request);
  }
  const v1::CreateInviteResponse made = context.client->CreateInvite(request);
  try {
    context.output.Print(ResultOf(made.invite(), made.code()));
  } catch (Failure& failure) {
    failure.hint =
        "the code is lost; revoke the invitation with: tmctl admin "
        "invite revoke " +
        std::to_string(made.invite().id());
    throw;
  }
  return kExitOk;
}

int ListInvites(Context& context, const Names&) {
  const v1::ListInvitesResponse response = context.client->ListInvites({});
  context.output.Print(ResultOf(std::vector<v1::Invite>(
      response.invites().begin(), response.invites().end())));
  return kExitOk;
}

int RevokeInvite(Context& context, const Names& operands) {
  v1::RevokeInviteRequest request;
  const auto id = ParseId(operands.front());
  if (!id) throw Usage("'" + operands.front() + "' is no invitation's id");
  request.set_id(*id);
  context.output.Print(
      ResultOf(context.client->RevokeInvite(request).invite(), ""));
  return kExitOk;
}

// --- stats ---

int Stats(Context& context, const Names&) {
  if (context.output.mode() == OutputMode::kIds) {
    throw Usage("admin stats has no ids to print");
  }
  context.output.Print(ResultOf(context.client->GetStats({})));
  return kExitOk;
}

constexpr std::string_view kNewUser = " admin password-stdin password-file ";
constexpr std::string_view kNewPassword = " password-stdin password-file ";

constexpr std::array kVerbs{
    Verb{"user add", "NAME", 1, 1, kNewUser, AddUser},
    Verb{"user list", "", 0, 0, " ", ListUsers},
    Verb{"user show", "NAME", 1, 1, " ", ShowUser},
    Verb{"user role", "NAME admin|user", 2, 2, " ", SetRole},
    Verb{"user disable", "NAME", 1, 1, " ", DisableUser},
    Verb{"user enable", "NAME", 1, 1, " ", EnableUser},
    Verb{"user passwd", "NAME", 1, 1, kNewPassword, SetPassword},
    Verb{"user quota", "NAME N|default", 2, 2, " ", SetQuota},
    Verb{"user delete", "NAME", 1, 1, " yes free-name ", DeleteUser},
    Verb{"sessions list", "", 0, 0, " ", ListSessions},
    Verb{"sessions end", "NAME", 1, 1, " tokens ", EndSessions},
    Verb{"invite create", "", 0, 0, " uses expires ", CreateInvite},
    Verb{"invite list", "", 0, 0, " ", ListInvites},
    Verb{"invite revoke", "ID", 1, 1, " ", RevokeInvite},
    Verb{"stats", "", 0, 0, " ", Stats},
};

// What follows `area`, for people.
std::string VerbsOf(const std::string& area) {
  std::string list;
  for (const Verb& verb : kVerbs) {
    if (!verb.name.starts_with(area + " ")) continue;
    list.append(list.empty() ? "" : ", ")
        .append(verb.name.substr(area.size() + 1));
  }
  return list;
}

const Verb& FindVerb(const Names& words) {
  const std::string& area = words.front();
  const std::string two = area + (words.size() > 1 ? " " + words[1] : "");
  for (const Verb& verb : kVerbs) {
    if (verb.name == area || verb.name == two) return verb;
  }
  const std::string verbs = VerbsOf(area);
  if (verbs.empty()) {
    throw Usage("admin takes user, sessions, invite or stats, not '" + area +
                "'");
  }
  throw Usage("admin " + area + " takes one of: " + verbs);
}

void CheckVerb(const Verb& verb, const Arguments& arguments,
               const Names& operands) {
  const std::string name = "admin " + std::string(verb.name);
  if (operands.size() < verb.min_operands) {
    throw Usage(name + " needs " + std::string(verb.operands));
  }
  if (operands.size() > verb.max_operands) {
    throw Usage(name + " does not take '" + operands[verb.max_operands] + "'");
  }
  for (const Option& option : FindCommand("admin")->options) {
    const std::string word = " " + std::string(option.name) + " ";
    if (arguments.Has(option.name) &&
        verb.options.find(word) == std::string_view::npos) {
      throw Usage(name + " does not take --" + std::string(option.name));
    }
  }
}

}  // namespace

int CmdAdmin(Context& context) {
  const Names& words = context.arguments.operands();
  const Verb& verb = FindVerb(words);
  const auto used = verb.name == words.front() ? 1 : 2;
  const Names operands(words.begin() + used, words.end());
  CheckVerb(verb, context.arguments, operands);
  return verb.run(context, operands);
}

}  // namespace turbo::ctl

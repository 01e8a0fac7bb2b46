#include <algorithm>
#include <array>
#include <memory>

#include "tmctl/base/failure.h"
#include "tmctl/base/units.h"
#include "tmctl/commands.h"
#include "tmctl/config/parse.h"
#include "tmctl/output/table.h"
#include "tmctl/sending/flush.h"
#include "tmctl/session/secret_file.h"

namespace turbo::ctl {
namespace {

// One thing that `tmctl token` does.
struct Verb {
  std::string_view name;
  size_t min_operands;
  size_t max_operands;
  std::string_view options;  // of this verb, between spaces
  int (*run)(Context&, const std::vector<std::string>&);
};

v1::Scope ScopeOf(const Arguments& arguments) {
  const std::string scope = arguments.Get("scope");
  if (scope == "send") return v1::SCOPE_SEND;
  if (scope == "read") return v1::SCOPE_READ;
  if (scope == "full") return v1::SCOPE_FULL;
  if (!arguments.Has("scope")) {
    throw Usage("token create needs --scope send, read or full");
  }
  throw Usage("--scope: '" + scope + "' is not send, read or full");
}

void SetDuration(Milliseconds span, google::protobuf::Duration& duration) {
  duration.set_seconds(span.count() / 1000);
  duration.set_nanos(static_cast<int32_t>(span.count() % 1000) * 1000000);
}

// A computed "0s" must not make a token for ever: that takes "0" or "never".
void SetLifetime(const std::string& text, v1::CreateTokenRequest& request) {
  const auto life = ParseDuration(text);
  const bool endless = text == "0" || text == "never";
  if (!endless && (!life || life->count() == 0)) {
    throw Usage("--expires: '" + text +
                "' is not a duration such as 90d or 12h, or never");
  }
  SetDuration(endless ? Milliseconds(0) : *life, *request.mutable_lifetime());
}

void SetGrace(const std::string& text, v1::RotateTokenRequest& request) {
  const auto grace = ParseDuration(text);
  if (!grace) {
    throw Usage("--grace: '" + text + "' is not a duration such as 90s or 1h");
  }
  SetDuration(*grace, *request.mutable_grace());
}

// The place for the secret, found good before the server is asked.
std::unique_ptr<SecretFile> PlaceForSecret(const Context& context,
                                           SecretFile::Existing existing) {
  const std::string out = context.arguments.Get("out");
  if (context.arguments.Has("out")) {
    if (out.empty() || out == "-") {
      throw Usage("--out needs a file; without it the secret is printed");
    }
    return std::make_unique<SecretFile>(out, existing,
                                        PatienceOf(context.settings));
  }
  if (context.output.quiet()) {
    throw Usage("with -q nobody would see the secret: add --out FILE");
  }
  if (context.output.mode() == OutputMode::kIds) {
    throw Usage("-o ids prints names and no secret: add --out FILE");
  }
  return nullptr;
}

void Print(const Context& context, const v1::Token& token,
           const std::string& secret) {
  context.output.Print({TokenDocument(token, secret), {token.name()}, [&] {
                          return TokenText(token) +
                                 (secret.empty() ? "" : secret + "\n");
                        }});
}

// Hands the secret over: into the file, else in the result. `hint` says what to
// do where that fails.
void HandOver(const Context& context, SecretFile* file, const v1::Token& token,
              const std::string& secret, const std::string& hint) {
  try {
    if (file == nullptr) return Print(context, token, secret);
    file->Keep(secret);
  } catch (Failure& failure) {
    failure.hint = hint;
    throw;
  }
  Print(context, token, "");
}

int Create(Context& context, const std::vector<std::string>& names) {
  v1::CreateTokenRequest request;
  request.set_name(CheckText(names[0], "the token's name"));
  request.set_scope(ScopeOf(context.arguments));
  if (context.arguments.Has("expires")) {
    SetLifetime(context.arguments.Get("expires"), request);
  }
  const auto file = PlaceForSecret(context, SecretFile::Existing::kRefuse);
  const std::string again =
      "get a new secret with: tmctl token rotate " + names[0];
  try {
    const v1::CreateTokenResponse made = context.client->CreateToken(request);
    HandOver(context, file.get(), made.token(), made.secret(),
             "the token was made; " + again);
  } catch (Failure& failure) {
    if (failure.outcome_unknown) {
      failure.hint =
          "it may have been made: look with: tmctl token list; " + again;
    }
    throw;
  }
  return kExitOk;
}

int Rotate(Context& context, const std::vector<std::string>& names) {
  v1::RotateTokenRequest request;
  if (!names.empty()) {
    request.set_name(CheckText(names[0], "the token's name"));
  }
  if (context.arguments.Has("grace")) {
    SetGrace(context.arguments.Get("grace"), request);
  }
  const auto file = PlaceForSecret(context, SecretFile::Existing::kReplace);
  const std::string hint =
      "rotate it again: the secret before works until its grace has passed";
  if (context.token->user.empty()) EnterUser(context);
  context.client->BeginOperation();
  try {
    const v1::RotateTokenResponse rotated =
        context.client->RotateToken(request);
    HandOver(context, file.get(), rotated.token(), rotated.secret(), hint);
  } catch (Failure& failure) {
    if (failure.outcome_unknown) failure.hint = hint;
    throw;
  }
  return kExitOk;
}

// Tokens without their secrets.
void PrintTokens(const Context& context, const std::vector<v1::Token>& tokens) {
  Result result{TokensDocument(tokens), {}, [&] { return TokenTable(tokens); }};
  for (const v1::Token& token : tokens) result.ids.push_back(token.name());
  if (context.output.mode() != OutputMode::kJsonl) {
    return context.output.Print(result);
  }
  for (const v1::Token& token : tokens) {
    context.output.Print({TokenDocument(token, ""), {}, {}});
  }
}

int List(Context& context, const std::vector<std::string>&) {
  const v1::ListTokensResponse response = context.client->ListTokens({});
  PrintTokens(context, {response.tokens().begin(), response.tokens().end()});
  return kExitOk;
}

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

int Revoke(Context& context, const std::vector<std::string>& names) {
  std::vector<v1::Token> revoked;
  std::vector<std::string> gone;
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    v1::RevokeTokenRequest request;
    request.set_name(CheckText(name, "the token's name"));
    context.client->BeginOperation();
    try {
      revoked.push_back(context.client->RevokeToken(request).token());
      gone.push_back(name);
    } catch (const Failure& failure) {
      if (failure.code != "token_not_found") throw;
      missing.push_back(name);
    }
  }
  if (!missing.empty() && !context.arguments.Has("ignore-missing")) {
    throw Failure("token_not_found",
                  "there is no access token named " + Join(missing) +
                      (gone.empty() ? "" : "; revoked: " + Join(gone)));
  }
  PrintTokens(context, revoked);
  return kExitOk;
}

constexpr std::array kVerbs{
    Verb{"create", 1, 1, " scope expires out ", Create},
    Verb{"rotate", 0, 1, " grace out ", Rotate},
    Verb{"list", 0, 0, " ", List},
    Verb{"revoke", 1, kAnyNumber, " ignore-missing ", Revoke},
};

void CheckVerb(const Verb& verb, const Arguments& arguments, size_t operands) {
  const std::string name = "token " + std::string(verb.name);
  if (operands < verb.min_operands) throw Usage(name + " needs a NAME");
  if (operands > verb.max_operands) {
    throw Usage(name + " does not take '" +
                arguments.operands()[verb.max_operands + 1] + "'");
  }
  for (const Option& option : FindCommand("token")->options) {
    const std::string word = " " + std::string(option.name) + " ";
    if (arguments.Has(option.name) &&
        verb.options.find(word) == std::string_view::npos) {
      throw Usage(name + " does not take --" + std::string(option.name));
    }
  }
}

}  // namespace

int CmdToken(Context& context) {
  const std::vector<std::string>& words = context.arguments.operands();
  const auto verb =
      std::find_if(kVerbs.begin(), kVerbs.end(),
                   [&](const Verb& each) { return each.name == words[0]; });
  if (verb == kVerbs.end()) {
    throw Usage(
        "token takes create NAME, rotate [NAME], list or revoke NAME...");
  }
  CheckVerb(*verb, context.arguments, words.size() - 1);
  return verb->run(context, {words.begin() + 1, words.end()});
}

}  // namespace turbo::ctl

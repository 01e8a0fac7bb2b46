#include <filesystem>

#include "tmctl/base/failure.h"
#include "tmctl/base/text.h"
#include "tmctl/base/units.h"
#include "tmctl/commands.h"

namespace turbo::ctl {
namespace {

constexpr Milliseconds kPatience = std::chrono::seconds(10);

Failure UnknownKey(const std::string& key) {
  std::string names;
  for (const ProfileKey& known : ProfileKeys()) {
    if (known.settable) {
      names += (names.empty() ? "" : " ") + std::string(known.name);
    }
  }
  return Failure("usage", "there is no setting '" + key + "'",
                 "the settings are: " + names);
}

int List(Context& context) {
  const Json profiles = context.config->Profiles();
  Json document = Document("config");
  document["path"] = context.config->path();
  document["profile"] = context.settings.profile;
  document["profiles"] = profiles;
  context.output.Print({document, {}, [&] {
                          std::string text;
                          for (const auto& [name, profile] : profiles.items()) {
                            text += "[" + Harmless(name) + "]\n";
                            for (const auto& [key, value] : profile.items()) {
                              text += key + " = " +
                                      Harmless(value.is_string()
                                                   ? value.get<std::string>()
                                                   : value.dump()) +
                                      "\n";
                            }
                          }
                          return text;
                        }});
  return kExitOk;
}

// Prints the profile's value, or says no by the status.
int Get(Context& context, const std::string& key) {
  const ProfileKey* known = FindProfileKey(key);
  if (known == nullptr) throw UnknownKey(key);
  if (known->kind == Kind::kSecret) {
    throw Usage("the token is a secret and is not shown");
  }
  const auto value = context.config->Get(context.settings.profile, key);
  if (!value) return kExitNo;
  Output::Write(*value + "\n");
  return kExitOk;
}

// An empty value removes the setting.
int Set(Context& context, const std::string& key, const std::string& value) {
  const ProfileKey* known = FindProfileKey(key);
  if (known == nullptr || !known->settable) throw UnknownKey(key);
  if (!IsUtf8(value)) {
    throw Failure("invalid_argument", "the value is not UTF-8");
  }
  if (!value.empty()) CheckSetting(*known, value);
  const FileLock lock = context.config->Lock(kPatience);
  context.config->Update(context.settings.profile, [&](Json& profile) {
    if (value.empty()) {
      profile.erase(key);
    } else if (known->kind == Kind::kSwitch) {
      profile[key] =
          value == "1" || value == "true" || value == "yes" || value == "on";
    } else if (known->kind == Kind::kList) {
      profile[key] = SplitList(value);
    } else if (known->kind == Kind::kNumber) {
      profile[key] = static_cast<uint64_t>(*ParseNumber(value));
    } else if (known->kind == Kind::kPath) {
      profile[key] = std::filesystem::absolute(value);
    } else if (known->kind == Kind::kAliases) {
      profile[key] = Json::parse(value);
    } else {
      profile[key] = value;
    }
  });
  return kExitOk;
}

}  // namespace

int CmdConfig(Context& context) {
  const std::vector<std::string>& words = context.arguments.operands();
  const std::string& action = words[0];
  if (action == "list" && words.size() == 1) return List(context);
  if (action == "path" && words.size() == 1) {
    Output::Write(context.config->path() + "\n");
    return kExitOk;
  }
  if (action == "get" && words.size() == 2) return Get(context, words[1]);
  if (action == "set" && words.size() == 3) {
    return Set(context, words[1], words[2]);
  }
  throw Usage("config takes list, path, get KEY or set KEY VALUE");
}

}  // namespace turbo::ctl

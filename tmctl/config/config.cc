#include "tmctl/config/config.h"

#include <absl/strings/str_join.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "tmctl/base/failure.h"

namespace turbo::ctl {
namespace {

constexpr char kSystemPath[] = "/etc/turbomessage/tmctl.json";
constexpr char kProfiles[] = "profiles";

Failure BadConfig(const std::string& path, const std::string& why,
                  const std::string& hint = {}) {
  return Failure("bad_config", path + ": " + why, hint);
}

bool IsName(const Json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty();
}

bool IsAliases(const Json& value) {
  return value.is_object() &&
         std::all_of(value.begin(), value.end(), [](const Json& names) {
           return IsName(names) ||
                  (names.is_array() && !names.empty() &&
                   std::all_of(names.begin(), names.end(), IsName));
         });
}

void CheckProfile(const std::string& path, const std::string& name,
                  const Json& profile) {
  if (!profile.is_object()) {
    throw BadConfig(path, "profile \"" + name + "\" must be an object");
  }
  for (const auto& [key, value] : profile.items()) {
    const ProfileKey* known = FindProfileKey(key);
    if (known == nullptr) {
      throw BadConfig(path,
                      "profile \"" + name + "\": unknown key \"" + key + "\"");
    }
    if (!FitsKind(value, known->kind)) {
      throw BadConfig(path, "profile \"" + name + "\": \"" + key +
                                "\" must be " +
                                std::string(NameOf(known->kind)));
    }
  }
}

Json Parse(const std::string& path, const std::string& text) {
  Json document;
  try {
    document = Json::parse(text, nullptr, true, /*ignore_comments=*/true);
  } catch (const Json::exception& e) {
    throw BadConfig(path, std::string("not JSON: ") + e.what(),
                    "mend the file, or move it away and log in again");
  }
  if (!document.is_object()) throw BadConfig(path, "must be a JSON object");
  for (const auto& [key, value] : document.items()) {
    if (key != kProfiles || !value.is_object()) {
      throw BadConfig(path, key == kProfiles ? "\"profiles\" must be an object"
                                             : "unknown key \"" + key + "\"");
    }
    for (const auto& [name, profile] : value.items()) {
      CheckProfile(path, name, profile);
    }
  }
  return document;
}

std::optional<std::string> Read(const std::string& path) {
  try {
    return ReadFileIfThere(path);
  } catch (const Failure& failure) {
    throw BadConfig(path, failure.message);
  }
}

// The user's file may be read and written by its owner alone.
Json LoadUser(const std::string& path) {
  if (path.empty()) return Json::object();
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Json::object();
    throw BadConfig(path, WithErrno("can't be read", errno));
  }
  if (S_ISDIR(status.st_mode)) throw BadConfig(path, "is a directory");
  if (status.st_uid != geteuid()) {
    throw BadConfig(path, "belongs to another user");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    throw BadConfig(path, "others can read or write it, and it is for a token",
                    S_ISREG(status.st_mode) ? "chmod 600 " + path : "");
  }
  return Parse(path, Read(path).value_or("{}"));
}

// The system's file may be read by all, so it holds no secret, and must be
// root's alone to write.
Json LoadSystem() {
  const auto text = Read(kSystemPath);
  struct stat status {};
  if (!text || stat(kSystemPath, &status) != 0) return Json::object();
  if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw BadConfig(kSystemPath, "must be writable by root alone");
  }
  Json document = Parse(kSystemPath, *text);
  for (const auto& [name, profile] : document[kProfiles].items()) {
    for (const ProfileKey& key : ProfileKeys()) {
      if (key.kind == Kind::kSecret && profile.contains(key.name)) {
        throw BadConfig(kSystemPath, "profile \"" + name + "\": \"" +
                                         std::string(key.name) +
                                         "\" belongs in the user's own file");
      }
    }
  }
  return document;
}

const Json* FindProfile(const Json& document, const std::string& profile) {
  const auto profiles = document.find(kProfiles);
  if (profiles == document.end()) return nullptr;
  const auto found = profiles->find(profile);
  return found == profiles->end() ? nullptr : &*found;
}

std::string AsText(const Json& value) {
  if (value.is_array()) {
    return absl::StrJoin(value.get<std::vector<std::string>>(), ",");
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

const std::vector<ProfileKey>& ProfileKeys() {
  static const std::vector<ProfileKey> keys{
      {"server", Kind::kText, "the server's address", true},
      {"tls_ca", Kind::kPath, "a file with the CAs to trust", true},
      {"tls_cert", Kind::kPath, "a file with our certificate", true},
      {"tls_key", Kind::kPath, "a file with its key", true},
      {"insecure", Kind::kSwitch, "plaintext beyond this machine", true},
      {"output", Kind::kText, "json, jsonl, ids or table", true},
      {"timeout", Kind::kText, "time for one operation", true},
      {"retry", Kind::kNumber, "times to try again", true},
      {"token_file", Kind::kPath, "a file with a token", true},
      {"no_input", Kind::kSwitch, "never ask", true},
      {"quiet", Kind::kSwitch, "no result on success", true},
      {"verbose", Kind::kSwitch, "say what is done", true},
      {"copy", Kind::kSwitch, "keep sends in the outbox", true},
      {"notify_to", Kind::kList, "whom run tells, with commas between", true},
      {"password_command", Kind::kText, "a command that prints the password",
       true},
      {"aliases", Kind::kAliases, "to whom mail goes", true},
      {"user", Kind::kText, "who is logged in", false},
      {"token", Kind::kSecret, "the login's token", false},
      {"token_server", Kind::kText, "the server that issued it", false},
  };
  return keys;
}

const ProfileKey* FindProfileKey(std::string_view name) {
  const auto& keys = ProfileKeys();
  const auto found =
      std::find_if(keys.begin(), keys.end(),
                   [&](const ProfileKey& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

bool FitsKind(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::kText:
    case Kind::kSecret:
    case Kind::kPath:
      return value.is_string();
    case Kind::kSwitch:
      return value.is_boolean();
    case Kind::kNumber:
      return value.is_number_unsigned();
    case Kind::kList:
      return value.is_array() &&
             std::all_of(value.begin(), value.end(),
                         [](const Json& item) { return item.is_string(); });
    case Kind::kAliases:
      return IsAliases(value);
  }
  return false;
}

std::string_view NameOf(Kind kind) {
  switch (kind) {
    case Kind::kText:
    case Kind::kSecret:
    case Kind::kPath:
      return "a string";
    case Kind::kSwitch:
      return "true or false";
    case Kind::kNumber:
      return "a whole number";
    case Kind::kList:
      return "a list of strings";
    case Kind::kAliases:
      return "an object of names and lists of names";
  }
  return "";
}

Config::Config(std::string path)
    : path_(path.empty() ? DefaultPath() : std::move(path)),
      user_(LoadUser(path_)),
      system_(LoadSystem()) {}

std::string Config::DefaultPath() {
  std::string base;
  // The specification of the base directories has relative paths ignored.
  if (const char* xdg = std::getenv("XDG_CONFIG_HOME");
      xdg != nullptr && *xdg == '/') {
    base = xdg;
  } else if (const std::string home = HomeDirectory(); !home.empty()) {
    base = home + "/.config";
  }
  return base.empty() ? "" : base + "/turbomessage/tmctl.json";
}

bool Config::HasProfile(const std::string& profile) const {
  return FindProfile(user_, profile) != nullptr ||
         FindProfile(system_, profile) != nullptr;
}

std::optional<std::string> Config::Get(const std::string& profile,
                                       std::string_view key) const {
  for (const Json* document : {&user_, &system_}) {
    const Json* found = FindProfile(*document, profile);
    if (found == nullptr || !found->contains(key)) continue;
    std::string text = AsText(found->at(std::string(key)));
    if (FindProfileKey(key)->kind != Kind::kPath || text.empty()) return text;
    const std::filesystem::path file =
        document == &user_ ? path_ : std::string(kSystemPath);
    return std::filesystem::absolute(file).parent_path() / text;
  }
  return std::nullopt;
}

Json Config::Aliases(const std::string& profile) const {
  Json merged = Json::object();
  for (const Json* document : {&system_, &user_}) {
    const Json* found = FindProfile(*document, profile);
    if (found != nullptr && found->contains("aliases")) {
      merged.update(found->at("aliases"));
    }
  }
  return merged;
}

Json Config::Profiles() const {
  Json merged = Json::object();
  for (const Json* document : {&system_, &user_}) {
    if (!document->contains(kProfiles)) continue;
    for (const auto& [name, profile] : document->at(kProfiles).items()) {
      Json& target = merged[name];
      if (target.is_null()) target = Json::object();
      for (const auto& [key, value] : profile.items()) {
        if (FindProfileKey(key)->kind != Kind::kSecret) target[key] = value;
      }
    }
  }
  return merged;
}

FileLock Config::Lock(Milliseconds patience) const {
  if (path_.empty()) {
    throw Failure("bad_config", "there is no place for the configuration file",
                  "set HOME, or name a file with --config");
  }
  const std::string file = Followed(path_);
  MakeDirectories(std::filesystem::path(file).parent_path());
  return FileLock(file + ".lock", patience);
}

void Config::Update(const std::string& profile,
                    const std::function<void(Json&)>& change) {
  user_ = LoadUser(path_);
  Json& target = user_[kProfiles][profile];
  if (target.is_null()) target = Json::object();
  change(target);
  ReplaceFile(path_, user_.dump(2) + "\n");
}

}  // namespace turbo::ctl

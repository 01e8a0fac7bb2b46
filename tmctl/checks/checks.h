// What doctor looks at. Nothing here changes anything (but that asking the
// server renews a login, as every use does), and no text holds a secret.
#ifndef TMCTL_CHECKS_CHECKS_H_
#define TMCTL_CHECKS_CHECKS_H_

#include <functional>
#include <string>
#include <vector>

#include "tmctl/base/failure.h"
#include "tmctl/config/options.h"
#include "tmctl/output/documents.h"

namespace turbo::ctl {

enum class Verdict { kOk, kSkipped, kWarning, kFailed };

const char* NameOf(Verdict verdict);

struct Check {
  std::string name;  // one word, as tmctl-doctor(1) lists them
  Verdict verdict = Verdict::kOk;
  std::string message;
  std::string hint = {};  // the way out; may be empty
  std::string code = {};  // the error code of what failed, else empty
};

Check Ok(const std::string& name, const std::string& message);
Check Skipped(const std::string& name, const std::string& why);
Check Warning(const std::string& name, const std::string& message,
              const std::string& hint);
// `hint` is for failures that have none.
Check Failed(const std::string& name, const Failure& failure,
             const std::string& hint = {});

// As it stands in the document, and back.
Json ToJson(const Check& check);
Check ToCheck(const Json& json);

// Is told of each check when it has been made.
using Tell = std::function<void(const Check&)>;

// Makes the checks in their order. `unattended`: for jobs that nobody can log
// in again.
void CheckAll(const Arguments& arguments, bool unattended, const Tell& tell);

// The same in a process as cron would start it, and what only matters there.
// os_error where there can be no such process.
void CheckUnderCron(const Arguments& arguments, const Tell& tell);

}  // namespace turbo::ctl

#endif  // TMCTL_CHECKS_CHECKS_H_

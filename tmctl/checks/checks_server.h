// The checks of doctor that are about the server and the way there.
#ifndef TMCTL_CHECKS_CHECKS_SERVER_H_
#define TMCTL_CHECKS_CHECKS_SERVER_H_

#include <string>

#include "tmctl/base/units.h"
#include "tmctl/checks/checks.h"
#include "tmctl/config/config.h"
#include "tmctl/config/settings.h"
#include "turbomessage/v1/accounts.pb.h"

namespace turbo::ctl {

struct Patient {
  const Config& config;
  const Settings& settings;
  bool config_read;  // else `config` says nothing of what the file says
  bool unattended;
};

// From the name to the quota.
void CheckServer(const Patient& patient, const Tell& tell);

// Tells that all of these were skipped.
void SkipServer(const std::string& why, const Tell& tell);

// The name, the connection (each address that the name stands for) and its
// encryption. False where no address takes a connection. Each step has the
// settings' time.
bool CheckNetwork(const Settings& settings, const Tell& tell);

// The server's time was told between `before` and `after` of this machine.
Check CheckClock(Time server, Time before, Time after);

// The token that was found in `source`. `renewable`: a job can log in again.
Check CheckToken(const v1::WhoAmIResponse& self, const std::string& source,
                 Time now, bool renewable);

// `capacity`: 0: no limit.
Check CheckQuota(int64_t inbox, int64_t outbox, int64_t capacity);

}  // namespace turbo::ctl

#endif  // TMCTL_CHECKS_CHECKS_SERVER_H_

// tmserver admin-token: the way in to a server that runs here.
#ifndef TMSERVER_ADMIN_TOKEN_H_
#define TMSERVER_ADMIN_TOKEN_H_

#include "tmserver/options.h"

namespace turbo::server {

// Has the server behind the administration socket make the user an
// administrator, and prints a new token of that user's on stdout. Answers the
// exit code (sysexits.h); failures are told on stderr.
int PrintAdminToken(const CommandLine& line);

}  // namespace turbo::server

#endif  // TMSERVER_ADMIN_TOKEN_H_

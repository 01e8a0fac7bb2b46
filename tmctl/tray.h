// What inbox and outbox share: listing, counting and following a tray.
#ifndef TMCTL_TRAY_H_
#define TMCTL_TRAY_H_

#include "tmctl/commands.h"

namespace turbo::ctl {

int ListTray(Context& context, v1::Box box);

}  // namespace turbo::ctl

#endif  // TMCTL_TRAY_H_

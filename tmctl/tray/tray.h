// What inbox, outbox and watch share.
#ifndef TMCTL_TRAY_TRAY_H_
#define TMCTL_TRAY_TRAY_H_

#include "tmctl/session/context.h"

namespace turbo::ctl {

// The messages that the options select.
v1::Filter FilterOf(const Arguments& arguments);

// Lists or counts the messages of a tray.
int ListTray(Context& context, v1::Box box);

}  // namespace turbo::ctl

#endif  // TMCTL_TRAY_TRAY_H_

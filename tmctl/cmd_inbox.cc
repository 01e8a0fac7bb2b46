#include "tmctl/tray/tray.h"

namespace turbo::ctl {

int CmdInbox(Context& context) { return ListTray(context, v1::BOX_INBOX); }

}  // namespace turbo::ctl

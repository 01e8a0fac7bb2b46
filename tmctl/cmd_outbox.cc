#include "tmctl/tray/tray.h"

namespace turbo::ctl {

int CmdOutbox(Context& context) { return ListTray(context, v1::BOX_OUTBOX); }

}  // namespace turbo::ctl

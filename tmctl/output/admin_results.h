// What `tmctl admin` prints, as documents and as text.
#ifndef TMCTL_OUTPUT_ADMIN_RESULTS_H_
#define TMCTL_OUTPUT_ADMIN_RESULTS_H_

#include <string>
#include <vector>

#include "tmctl/output/documents.h"
#include "tmctl/output/output.h"
#include "turbomessage/v1/admin.pb.h"

namespace turbo::ctl {

Json UserDocument(const v1::User& user);

// The ids are names, and those of invitations their numbers.
Result ResultOf(const v1::User& user);
Result ResultOf(const std::vector<v1::User>& users);
Result ResultOf(const std::vector<v1::LoginSession>& sessions);
Result ResultOf(const std::string& user, const v1::EndSessionsResponse& ended);
// The code is null where it is empty.
Result ResultOf(const v1::Invite& invite, const std::string& code);
Result ResultOf(const std::vector<v1::Invite>& invites);
Result ResultOf(const v1::GetStatsResponse& stats);

}  // namespace turbo::ctl

#endif  // TMCTL_OUTPUT_ADMIN_RESULTS_H_

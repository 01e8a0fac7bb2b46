// What the calls of Client stand on: its connection, and failures from what
// gRPC reports. Only for client*.cc: the rest of tmctl doesn't see gRPC.
#ifndef TMCTL_NET_CHANNEL_H_
#define TMCTL_NET_CHANNEL_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "tmctl/base/failure.h"
#include "tmctl/net/client.h"
#include "turbomessage/v1/accounts.grpc.pb.h"
#include "turbomessage/v1/admin.grpc.pb.h"
#include "turbomessage/v1/mail.grpc.pb.h"
#include "turbomessage/v1/tokens.grpc.pb.h"

namespace turbo::ctl {

struct Client::Channel {
  // `options` outlives it.
  explicit Channel(const ClientOptions& options);
  const ClientOptions& options;
  std::shared_ptr<grpc::Channel> channel;
  v1::Accounts::Stub accounts;
  v1::Admin::Stub admin;
  v1::Mail::Stub mail;
  v1::Tokens::Stub tokens;
};

// Without effect for an empty token.
void SetToken(const std::string& token, grpc::ClientContext& context);

// What a call that ended with `status` failed with. `channel` tells whether the
// call can have reached the server at all; where it can't, the server may be
// connected to once more, to find out why.
Failure FromStatus(const grpc::Status& status, const Client::Channel& channel);

// The pause before attempt `n`: doubled each time, with jitter so that many
// clients don't come back together.
Milliseconds PauseBefore(int n, const Failure& failure);

}  // namespace turbo::ctl

#endif  // TMCTL_NET_CHANNEL_H_

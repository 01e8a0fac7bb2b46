// What tmctl does without, so that it starts sooner. Two thirds of the
// instructions of `tmctl --version` were protobuf reading descriptions of all
// messages, and a fifth of the program was there for service meshes.
//
// Both are inside of the libraries. Where another version has other names,
// tmctl only starts as it would without this.

// Parts of gRPC that it would register at its start, and that nobody asks for:
// service configurations, which could, are off (net/channel.cc), and so are
// proxies. These functions are found before gRPC's own.
namespace grpc_core {

class CoreConfiguration {
 public:
  class Builder;
};

void RegisterExtraFilters(CoreConfiguration::Builder*) {}  // xDS
void FaultInjectionFilterRegister(CoreConfiguration::Builder*) {}
void RegisterFakeResolver(CoreConfiguration::Builder*) {}
void RegisterGrpcLbPolicy(CoreConfiguration::Builder*) {}
void RegisterHttpConnectHandshaker(CoreConfiguration::Builder*) {}
void RegisterHttpProxyMapper(CoreConfiguration::Builder*) {}
void RegisterOutlierDetectionLbPolicy(CoreConfiguration::Builder*) {}
void RegisterPriorityLbPolicy(CoreConfiguration::Builder*) {}
void RegisterRingHashLbPolicy(CoreConfiguration::Builder*) {}
void RegisterRlsLbPolicy(CoreConfiguration::Builder*) {}
void RegisterRoundRobinLbPolicy(CoreConfiguration::Builder*) {}
void RegisterWeightedTargetLbPolicy(CoreConfiguration::Builder*) {}

}  // namespace grpc_core

// Takes the place of the constructor of protobuf's AddDescriptorsRunner (by the
// linker's --wrap), one for each .proto file. What is described is added all
// the same when a message is first asked for its descriptor.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" void
__wrap__ZN6google8protobuf8internal20AddDescriptorsRunnerC1EPKNS1_15DescriptorTableE(
    void*, const void*) {}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

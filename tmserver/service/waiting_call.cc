// A call that waits holds nothing of one that failed in its place.
//
// Where a connection breaks off before a call's request is whole, gRPC 1.51's
// C++ layer (server_interface.h, PayloadAsyncRequest) waits for the next call
// of that method with the same array of headers. It stays as large as the peer
// made it, 96 bytes a header, until such a call comes; so it is emptied first,
// by the linker's --wrap.
#include <grpc/grpc.h>

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
grpc_call_error __real_grpc_server_request_registered_call(
    grpc_server* server, void* method, grpc_call** call, gpr_timespec* deadline,
    grpc_metadata_array* headers, grpc_byte_buffer** payload,
    grpc_completion_queue* calls, grpc_completion_queue* events, void* tag);

grpc_call_error __wrap_grpc_server_request_registered_call(
    grpc_server* server, void* method, grpc_call** call, gpr_timespec* deadline,
    grpc_metadata_array* headers, grpc_byte_buffer** payload,
    grpc_completion_queue* calls, grpc_completion_queue* events, void* tag) {
  grpc_metadata_array_destroy(headers);
  grpc_metadata_array_init(headers);
  return __real_grpc_server_request_registered_call(
      server, method, call, deadline, headers, payload, calls, events, tag);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

}  // extern "C"

// OpenSSL, loaded when its first function is called. Most runs of tmctl talk in
// plaintext to a server on this machine; the dynamic linker would spend a fifth
// of such a run on libssl and libcrypto.
//
// The program is linked once as usual (tmctl_probe), which tells what it calls.
// late_openssl.awk makes a function for each of these names that jumps to
// OpenSSL's own, or first to LoadOpenSsl, and the program is linked with them
// instead. Only where they are made: see CMakeLists.txt.
#include <dlfcn.h>
#include <unistd.h>

#include <mutex>
#include <string>

#include "tmctl/base/failure.h"
#include "tmctl/config/settings.h"
#include "tmctl/output/output.h"

extern "C" {

struct LateFunction {
  const char* name;  // null after the last one
  void* address;     // null until it is loaded
};
extern LateFunction late_openssl_functions[];
extern const char late_openssl_library[];
void LoadOpenSsl();

}  // extern "C"

namespace {

// Calls come from the middle of C code, through which nothing can be thrown.
[[noreturn]] void GiveUp() {
  const turbo::ctl::Failure failure(
      "os_error", std::string("can't load OpenSSL: ") + dlerror(),
      std::string("install what has ") + late_openssl_library +
          ": libssl3 on Debian");
  turbo::ctl::Output(turbo::ctl::GuessOutput({}), false, false).Error(failure);
  _exit(failure.Exit());
}

void LoadAll() {
  void* library = dlopen(late_openssl_library, RTLD_NOW);  // for good
  if (library == nullptr) GiveUp();
  for (LateFunction* each = late_openssl_functions; each->name != nullptr;
       ++each) {
    void* const address = dlsym(library, each->name);
    if (address == nullptr) GiveUp();
    __atomic_store_n(&each->address, address, __ATOMIC_RELEASE);
  }
}

}  // namespace

void LoadOpenSsl() {
  static std::once_flag once;
  std::call_once(once, LoadAll);
}

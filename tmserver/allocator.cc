// The server's heap is jemalloc's: of each call, gRPC takes several blocks of
// more than 1 KiB, for which glibc has no cache (tests/bench/README.md).

// Read by jemalloc before main: what a flood of calls took is given back within
// half a minute, by a thread of jemalloc's own. Sooner, and a server whose
// calls come and go would ask for it again and again. See MALLOC_CONF in
// jemalloc(3).
extern "C" const char* const malloc_conf =
    "background_thread:true,dirty_decay_ms:30000,muzzy_decay_ms:0";

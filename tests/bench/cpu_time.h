// How much processor time a process has used.
#ifndef TESTS_BENCH_CPU_TIME_H_
#define TESTS_BENCH_CPU_TIME_H_

#include <sys/types.h>

namespace turbo::bench {

// Seconds, user's and system's, all threads. Throws std::runtime_error where
// there is no such process.
double CpuSeconds(pid_t process);

}  // namespace turbo::bench

#endif  // TESTS_BENCH_CPU_TIME_H_

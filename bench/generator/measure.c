#define _GNU_SOURCE
#include "measure.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

/* Log-linear: quarters of a microsecond, 64 buckets to an octave. */
enum { BUCKETS = 64 * 40 };
static uint64_t buckets[BUCKETS], added;

void latency_reset(void) {
  memset(buckets, 0, sizeof buckets);
  added = 0;
}

void latency_add(uint64_t ns) {
  uint64_t quarters = ns / 250;
  unsigned bucket = (unsigned)quarters;
  if (quarters >= 64) {
    unsigned octave = 63 - (unsigned)__builtin_clzll(quarters);
    bucket = (octave - 5) * 64 + ((unsigned)(quarters >> (octave - 6)) & 63);
  }
  buckets[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
  added++;
}

static double lower_ms(unsigned bucket) {
  if (bucket < 64)
    return bucket * 250 / 1e6;
  unsigned octave = bucket / 64 + 5;
  return (double)((64ull + (bucket & 63)) << (octave - 6)) * 250 / 1e6;
}

double latency_ms(double part) {
  uint64_t seen = 0, wanted = (uint64_t)(part * (double)added);
  for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
    seen += buckets[bucket];
    if (seen > wanted)
      return lower_ms(bucket);
  }
  return 0;
}

double cpu_of(int pid) {
  char path[64], line[1024];
  unsigned long user = 0, kernel = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file)
    return 0;
  if (fgets(line, sizeof line, file)) {
    const char *rest = strrchr(line, ')'); /* the name before it may hold anything */
    if (rest)
      sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel);
  }
  fclose(file);
  return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

double cpu_of_self(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

long memory_of(int pid) {
  char path[64], line[256];
  long kib = 0;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *file = fopen(path, "r");
  if (!file)
    return 0;
  while (fgets(line, sizeof line, file))
    if (!strncmp(line, "VmRSS:", 6))
      kib = atol(line + 6);
  fclose(file);
  return kib;
}

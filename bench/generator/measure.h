/* What is measured: the clock, the latencies, and what a process uses. */
#pragma once
#include <stdint.h>

/* Nanoseconds of CLOCK_MONOTONIC: 19 digits in decimal, with zeros in front. */
uint64_t now(void);

/* A histogram of latencies in nanoseconds, exact to 1/64. */
void latency_reset(void);
void latency_add(uint64_t ns);
double latency_ms(double part);

/* Seconds of CPU that a process has used, in all its threads. */
double cpu_of(int pid);
double cpu_of_self(void);

/* Resident memory of a process in KiB. */
long memory_of(int pid);

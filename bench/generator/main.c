/* A WebSocket load generator. Opens clients, takes each through its steps until it is in its room,
 * then lets senders send: as fast as messages come back (--window in flight, then --half 1 of that
 * rate), at given rates (--rate, each in its turn), or a number of messages (--count). Every
 * delivery is counted by its marker, whatever the frame that brought it; what is behind the marker
 * is the time it was sent. Prints one line of JSON, which generator.ts reads.
 *
 *  --port P --path /ws --proto X   the server on 127.0.0.1, and the subprotocol
 *  --clients N --rooms R           client i is in room i mod R
 *  --step S                        "text:…", "bin:…" to send a frame, "wait" for a data frame
 * ("wait:…": that holds this); \r \n
 *  --senders S                     clients 0 to S-1 send, each text 100 characters
 *  --payload T --wrap T --bin 1    templates of a message, see expand() in client.c
 *  --marker M --fanout F           what stands before the time, if not "text":"T; how often a
 * message comes back, if not to all of its room
 *  --warm s --dur s --idle s       of a phase, not measured and measured; after the join
 *  --pid P                         a process of the server; again for each
 */
#define _GNU_SOURCE
#include "client.h"
#include "measure.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { MAX_RATES = 8, MAX_PIDS = 16, MS = 1000000 };

static double warm = 1, duration = 3, idle = 0.3, rates[MAX_RATES];
static int rate_count, with_half, window, to_send, fanout, pids[MAX_PIDS], pid_count;
static int is_first_phase = 1;

typedef struct {
  uint64_t sent, deliveries, frames;
} mark;

static mark mark_now(void) { return (mark){counts.sent, counts.deliveries, counts.frames}; }

/* Below 0 where more came than was sent. */
static int64_t missing_since(mark start) {
  return (int64_t)(counts.sent - start.sent) * fanout -
         (int64_t)(counts.deliveries - start.deliveries);
}

static void rest(double seconds) {
  for (uint64_t until = now() + (uint64_t)(seconds * 1e9); now() < until;)
    turn(10 * MS);
}

/* Waits a little, and counts how often nothing at all came: turns, because a machine that stands
 * still for a while is no stalled server. */
static int quiet_turns(int ms, int before) {
  uint64_t bytes = counts.bytes;
  turn(ms * MS);
  return counts.bytes == bytes ? before + 1 : 0;
}

/* Until all have joined, or nothing came for 15 seconds. */
static void join_all(void) {
  for (int quiet = 0; counts.ready + counts.dead < config.clients;) {
    start_more();
    quiet = quiet_turns(100, quiet);
    if (quiet == 150) {
      fprintf(stderr, "the join stalled with %d of %d\n", counts.ready, config.clients);
      return;
    }
  }
}

/* Sends what is due by the time, at most a few thousand in one turn. */
static uint64_t send_due(uint64_t start, uint64_t sent, double rate) {
  for (int burst = 0; burst < 4096; burst++) {
    uint64_t due = start + (uint64_t)((double)sent * 1e9 / rate);
    uint64_t time = now();
    if (due > time) {
      turn(due - time < 100 * MS ? (int64_t)(due - time) : 100 * MS);
      return sent;
    }
    if (!send_next(due))
      break;
    sent++;
  }
  turn(0);
  return sent;
}

static void send_window(mark start, int64_t most) {
  for (int burst = 0; burst < window && (int64_t)(counts.sent - start.sent) < most; burst++) {
    if (missing_since(start) > (int64_t)(window - 1) * fanout || !send_next(now()))
      break;
  }
  turn(MS);
}

/* Until everything came back and nothing more did for a moment, or nothing came for 3 seconds. */
static void wait_for_rest(mark start) {
  for (int quiet = 0; quiet < (missing_since(start) > 0 ? 300 : 5);)
    quiet = quiet_turns(10, quiet);
}

/* Runs a phase, at a rate or (0) with a window, and prints it. Returns the messages a second that
 * came back, or 0 where the server is a second behind the rate: it can't carry it. */
static double run_phase(double rate) {
  mark start = mark_now(), measured = start;
  uint64_t begin = now(), from = begin + (uint64_t)(warm * 1e9), sent = 0;
  uint64_t until = from + (uint64_t)(duration * 1e9), time;
  double server = 0, self = 0, used[MAX_PIDS] = {0};
  int is_behind = 0;
  is_timing = 0;
  latency_reset();
  while ((time = now()) < until && !is_behind) {
    if (!is_timing && time >= from) {
      is_timing = 1;
      measured = mark_now();
      for (int i = 0; i < pid_count; i++)
        used[i] = cpu_of(pids[i]);
      self = cpu_of_self();
      from = now();
    }
    if (rate > 0)
      sent = send_due(begin, sent, rate);
    else
      send_window(start, INT64_MAX);
    double due = rate > 0 ? (double)(now() - begin) / 1e9 * rate * (double)fanout : 0;
    double late = due - (double)(counts.deliveries - start.deliveries);
    is_behind = rate > 0 && late > rate * (double)fanout;
  }
  double seconds = (double)(now() - from) / 1e9;
  for (int i = 0; i < pid_count; i++)
    server += used[i] = cpu_of(pids[i]) - used[i];
  self = cpu_of_self() - self;
  double deliveries = (double)(counts.deliveries - measured.deliveries);
  double frames = (double)(counts.frames - measured.frames);
  is_timing = 0;
  if (!is_behind)
    wait_for_rest(start);

  printf("%s{\"behind\":%s", is_first_phase ? "" : ",", is_behind ? "true" : "false");
  is_first_phase = 0;
  if (is_behind) {
    printf("}");
    return 0;
  }
  printf(",\"deliveriesPerSecond\":%.1f,\"perFrame\":%.3f,\"serverBusy\":%.4f,"
         "\"generatorBusy\":%.4f,\"cpuMicros\":%.4f,\"p50Ms\":%.4f,\"p99Ms\":%.4f,\"lost\":%ld,\"cpuSeconds\":[",
         deliveries / seconds, frames > 0 ? deliveries / frames : 0, server / seconds,
         self / seconds, deliveries > 0 ? server * 1e6 / deliveries : 0, latency_ms(0.5),
         latency_ms(0.99), missing_since(start));
  for (int i = 0; i < pid_count; i++)
    printf("%s%.2f", i ? "," : "", used[i]);
  printf("]}");
  return deliveries / seconds / (double)fanout;
}

/* Sends so many messages and prints how many did not come back. */
static void send_count(void) {
  mark start = mark_now();
  for (int quiet = 0; (int)(counts.sent - start.sent) < to_send && quiet < 10000;) {
    uint64_t bytes = counts.bytes;
    send_window(start, to_send);
    quiet = counts.bytes == bytes ? quiet + 1 : 0;
  }
  wait_for_rest(start);
  printf("{\"behind\":false,\"lost\":%ld}", missing_since(start));
}

static void run_phases(void) {
  if (to_send)
    return send_count();
  for (int i = 0; i < rate_count; i++)
    if (run_phase(rates[i]) == 0)
      return;
  if (window == 0)
    return;
  double reached = run_phase(0);
  if (with_half && reached > 0)
    run_phase(reached / 2);
}

static int read_step(const char *text) {
  if (config.step_count == MAX_STEPS)
    return 0;
  step *next = &config.steps[config.step_count++];
  if (!strncmp(text, "text:", 5))
    *next = (step){1, text + 5};
  else if (!strncmp(text, "bin:", 4))
    *next = (step){2, text + 4};
  else if (!strncmp(text, "wait:", 5))
    *next = (step){0, text + 5};
  else if (!strcmp(text, "wait"))
    *next = (step){0, ""};
  else
    return 0;
  return 1;
}

static int read_rate(const char *text) {
  return rate_count < MAX_RATES && (rates[rate_count++] = atof(text)) > 0;
}

static int read_pid(const char *text) {
  return pid_count < MAX_PIDS && (pids[pid_count++] = atoi(text)) > 0;
}

/* Sets what the option is for. 0 where the value is not one of it. */
static int read_option(const char *name, const char *value) {
  static const struct {
    const char *name, **text;
    int *whole;
    double *real;
    int (*read)(const char *);
  } options[] = {
      {"port", .whole = &config.port},
      {"path", .text = &config.path},
      {"proto", .text = &config.subprotocol},
      {"clients", .whole = &config.clients},
      {"rooms", .whole = &config.rooms},
      {"step", .read = read_step},
      {"senders", .whole = &config.senders},

      {"payload", .text = &config.payload},
      {"wrap", .text = &config.wrap},
      {"bin", .whole = &config.is_binary},
      {"marker", .text = &config.marker},
      {"fanout", .whole = &fanout},
      {"window", .whole = &window},
      {"half", .whole = &with_half},
      {"rate", .read = read_rate},
      {"count", .whole = &to_send},
      {"warm", .real = &warm},
      {"dur", .real = &duration},
      {"idle", .real = &idle},
      {"pid", .read = read_pid},
  };
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    if (strcmp(name, options[i].name))
      continue;
    if (options[i].text)
      return *(*options[i].text = value) != 0;
    if (options[i].whole)
      return (*options[i].whole = atoi(value)) >= 0;
    if (options[i].real)
      return (*options[i].real = atof(value)) >= 0;
    return options[i].read(value);
  }
  return 0;
}

int main(int argc, char **argv) {
  config = (struct config){
      .port = 8000,
      .clients = 100,
      .rooms = 1,
      .path = "/ws",
      .payload = "%T",
      .wrap = "%P",
  };
  for (int i = 1; i < argc; i += 2)
    if (strncmp(argv[i], "--", 2) || i + 1 == argc || !read_option(argv[i] + 2, argv[i + 1])) {
      fprintf(stderr, "no such option or value: %s %s\n", argv[i], i + 1 < argc ? argv[i + 1] : "");
      return 2;
    }
  config.has_text = config.marker == 0;
  if (config.has_text)
    config.marker = "\"text\":\"T";
  config.marker_length = strlen(config.marker);
  if (config.senders > config.clients)
    config.senders = config.clients;
  if (!fanout)
    fanout = config.clients / config.rooms;

  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  open_clients();
  long memory = memory_of(pids[0]);
  uint64_t begin = now();
  double self = cpu_of_self();
  join_all();
  double seconds = (double)(now() - begin) / 1e9;
  self = (cpu_of_self() - self) / seconds;
  uint64_t bytes = counts.bytes, deliveries = counts.deliveries;
  rest(idle);
  memory = memory_of(pids[0]) - memory;
  printf("{\"joined\":%d,\"joinsPerSecond\":%.1f,\"joinBytes\":%.0f,\"joinDeliveries\":%lu,"
         "\"joinGeneratorBusy\":%.4f,\"memoryKib\":%.3f,\"phases\":[",
         counts.ready, counts.ready / seconds, (double)bytes / config.clients, deliveries, self,
         (double)memory / config.clients);
  if (counts.ready > 0)
    run_phases();
  printf("],\"dead\":%d}\n", counts.dead);
  return 0;
}

/* The connections: handshake, steps until joined, frames out and in, and what came back counted.
 * Knows nothing of phases and rates. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { MAX_STEPS = 32 };

typedef enum { CONNECTING, HANDSHAKE, STEPPING, READY, DEAD } state;

typedef struct {
  int fd, index, step, wants_out;
  state state;
  uint8_t *in; /* the frame that has not come whole */
  size_t in_length, in_room;
  uint8_t *out; /* what the socket did not take */
  size_t out_length, out_done;
} client;

/* A step of each client before it counts as joined: a frame to send, or none to wait for one. */
typedef struct {
  int opcode; /* 1 text, 2 binary, 0 wait for a data frame that holds the text */
  const char *text;
} step;

/* Set once, before the first client starts. */
extern struct config {
  int port, clients, rooms, senders, is_binary;
  const char *path, *subprotocol, *payload, *wrap;
  /* What stands before the time in what is counted; the text does, or the ref of an ack. */
  const char *marker;
  size_t marker_length;
  int has_text;
  step steps[MAX_STEPS];
  int step_count;
} config;

/* What came, over all clients. */
extern struct counts {
  int ready, dead;
  uint64_t sent, deliveries, frames, bytes;
} counts;

/* Whether the time of what comes is taken. */
extern int is_timing;

void open_clients(void);

/* Keeps handshakes under way until all clients have started. */
void start_more(void);

/* Waits for at most so many nanoseconds, less than a second, and does what can be done. */
void turn(int64_t ns);

/* Sends the next sender's message, marked with this time. 0 where no sender can send now. */
int send_next(uint64_t ns);

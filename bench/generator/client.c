#define _GNU_SOURCE
#include "client.h"
#include "measure.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HANDSHAKES_AT_ONCE = 128, DIGITS = 19, LARGEST_OUT = 1 << 16, TEXT = 100 };

struct config config;
struct counts counts;
int is_timing;

static client *clients;
static int poller, started, under_way;

/* A sender's message, with the places where the time goes. */
static struct message {
  uint8_t *bytes;
  size_t length, time, ref;
} * messages;

static const char TIME_MARK[] = "T0000000000000000000", REF_MARK[] = "U0000000000000000000";

/* --- templates --- */

static size_t unescape(const char *from, uint8_t *out) {
  uint8_t *end = out;
  for (; *from; from++) {
    if (*from != '\\')
      *end++ = (uint8_t)*from;
    else if (*++from == 'r')
      *end++ = '\r';
    else if (*from == 'n')
      *end++ = '\n';
    else
      *end++ = (uint8_t)*from;
  }
  return (size_t)(end - out);
}

/* %r the room's number, %T the marked text, %U the marked ref, %P the payload, %L its length. */
static size_t expand(const char *template, int index, const char *text, const uint8_t *payload,
                     size_t length, uint8_t *out) {
  uint8_t plain[LARGEST_OUT], *end = out;
  size_t count = unescape(template, plain);
  for (size_t i = 0; i < count; i++) {
    char kind = plain[i] == '%' && i + 1 < count ? (char)plain[i + 1] : 0;
    i += kind != 0;
    if (kind == 'r')
      end += sprintf((char *)end, "%d", index % config.rooms);
    else if (kind == 'T')
      end = (uint8_t *)stpcpy((char *)end, text);
    else if (kind == 'U')
      end = (uint8_t *)stpcpy((char *)end, REF_MARK);
    else if (kind == 'P')
      end = mempcpy(end, payload, length);
    else if (kind == 'L')
      end += sprintf((char *)end, "%zu", length);
    else
      *end++ = plain[i -= kind != 0];
  }
  return (size_t)(end - out);
}

static void make_message(int index) {
  uint8_t payload[LARGEST_OUT], bytes[LARGEST_OUT];
  char text[TEXT + 1] = {0};
  memset(text, 'x', TEXT);
  memcpy(text, TIME_MARK, 1 + DIGITS);
  text[1 + DIGITS] = ' ';
  size_t length = expand(config.payload, index, text, 0, 0, payload);
  length = expand(config.wrap, index, "", payload, length, bytes);
  const uint8_t *time = memmem(bytes, length, TIME_MARK, 1 + DIGITS);
  const uint8_t *ref = memmem(bytes, length, REF_MARK, 1 + DIGITS);
  if (!time) {
    fprintf(stderr, "the payload has no %%T\n");
    exit(2);
  }
  messages[index] = (struct message){
      .bytes = memcpy(malloc(length), bytes, length),
      .length = length,
      .time = (size_t)(time + 1 - bytes),
      .ref = ref ? (size_t)(ref + 1 - bytes) : 0,
  };
}

/* --- out --- */

static void end(client *c) {
  if (c->state == DEAD)
    return;
  if (c->state == READY)
    counts.ready--;
  else
    under_way--;
  c->state = DEAD;
  counts.dead++;
  epoll_ctl(poller, EPOLL_CTL_DEL, c->fd, 0);
  close(c->fd);
}

static void want_out(client *c, int wants) {
  if (c->wants_out == wants)
    return;
  c->wants_out = wants;
  struct epoll_event event = {.events = EPOLLIN | (wants ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
}

/* What the socket took; -1 where it is gone. */
static ssize_t offer(client *c, const uint8_t *bytes, size_t length) {
  ssize_t took = send(c->fd, bytes, length, MSG_NOSIGNAL);
  if (took >= 0 || errno == EAGAIN)
    return took < 0 ? 0 : took;
  end(c);
  return -1;
}

static void send_bytes(client *c, const uint8_t *bytes, size_t length) {
  if (c->state == DEAD)
    return;
  if (c->out_length == 0) {
    ssize_t took = offer(c, bytes, length);
    if (took < 0 || (size_t)took == length)
      return;
    bytes += took;
    length -= (size_t)took;
  }
  c->out = realloc(c->out, c->out_length + length);
  memcpy(c->out + c->out_length, bytes, length);
  c->out_length += length;
  want_out(c, 1);
}

static void send_rest(client *c) {
  ssize_t took = offer(c, c->out + c->out_done, c->out_length - c->out_done);
  if (took < 0)
    return;
  c->out_done += (size_t)took;
  if (c->out_done < c->out_length)
    return;
  c->out_length = c->out_done = 0;
  want_out(c, 0);
}

static void send_frame(client *c, int opcode, const uint8_t *bytes, size_t length) {
  static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
  uint8_t frame[LARGEST_OUT + 8];
  size_t head = 2;
  frame[0] = (uint8_t)(0x80 | opcode);
  frame[1] = (uint8_t)(0x80 | (length < 126 ? length : 126));
  if (length >= 126) {
    frame[2] = (uint8_t)(length >> 8);
    frame[3] = (uint8_t)length;
    head = 4;
  }
  memcpy(frame + head, mask, 4);
  head += 4;
  for (size_t i = 0; i < length; i++)
    frame[head + i] = bytes[i] ^ mask[i & 3];
  send_bytes(c, frame, head + length);
}

static void send_handshake(client *c) {
  char bytes[1024], path[256];
  const char *name = config.subprotocol;
  path[expand(config.path, c->index, "", 0, 0, (uint8_t *)path)] = 0;
  int length = snprintf(bytes, sizeof bytes,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        "Sec-WebSocket-Version: 13\r\n%s%s%s\r\n",
                        path, config.port, name ? "Sec-WebSocket-Protocol: " : "", name ? name : "",
                        name ? "\r\n" : "");
  c->state = HANDSHAKE;
  want_out(c, 0);
  send_bytes(c, (uint8_t *)bytes, (size_t)length);
}

/* Sends what the steps say, until one has to wait or there is none left. */
static void go_on(client *c) {
  while (c->state == STEPPING) {
    if (c->step == config.step_count) {
      c->state = READY;
      counts.ready++;
      under_way--;
      return;
    }
    const step *next = &config.steps[c->step];
    if (next->opcode == 0)
      return;
    uint8_t bytes[LARGEST_OUT];
    c->step++;
    send_frame(c, next->opcode, bytes, expand(next->text, c->index, "", 0, 0, bytes));
  }
}

int send_next(uint64_t ns) {
  static int next;
  for (int tried = 0; tried < config.senders; tried++) {
    int index = next;
    next = (next + 1) % config.senders;
    client *c = &clients[index];
    if (c->state != READY || c->out_length > 0)
      continue;
    const struct message *message = &messages[index];
    uint8_t *digits = message->bytes + message->time;
    for (int i = DIGITS - 1; i >= 0; i--, ns /= 10)
      digits[i] = (uint8_t)('0' + ns % 10);
    if (message->ref)
      memcpy(message->bytes + message->ref, digits, DIGITS);
    send_frame(c, config.is_binary ? 2 : 1, message->bytes, message->length);
    counts.sent++;
    return 1;
  }
  return 0;
}

/* --- in --- */

/* How far on the next marker was, and the least it ever was. */
typedef struct {
  size_t seen, least;
} distance;

/* The next marker. Messages are about as long as each other, so it is looked for where it was the
 * last time, before everything is searched. Only a distance near the least one is kept: it is too
 * short to jump over a marker. (If it did, the message would be reported as lost.) */
static const uint8_t *find(const uint8_t *from, const uint8_t *to, distance *guess) {
  size_t length = config.marker_length;
  if (guess->seen && (size_t)(to - from) >= guess->seen + length &&
      !memcmp(from + guess->seen, config.marker, length))
    return from + guess->seen;
  const uint8_t *found = memmem(from, (size_t)(to - from), config.marker, length);
  if (found) {
    size_t seen = (size_t)(found - from);
    if (guess->least == 0 || seen < guess->least)
      guess->least = seen;
    if (seen < guess->least + guess->least / 4)
      guess->seen = seen;
  }
  return found;
}

static void count(const uint8_t *from, size_t length, uint64_t came) {
  static distance first, next;
  const uint8_t *to = from + length;
  /* Behind the marker is the time, and behind that as a rule the rest of a text. */
  size_t least = config.marker_length + (config.has_text ? TEXT - 1 : DIGITS);
  for (distance *guess = &first; (size_t)(to - from) >= least; guess = &next) {
    const uint8_t *found = find(from, to, guess);
    if (!found || (size_t)(to - found) < least)
      return;
    counts.deliveries++;
    from = found + least;
    if (!is_timing)
      continue;
    uint64_t sent = 0;
    for (int i = 0; i < DIGITS; i++)
      sent = sent * 10 + (uint64_t)(found[config.marker_length + (size_t)i] - '0');
    latency_add(came > sent ? came - sent : 0);
  }
}

/* The length of the head of the frame that begins here, 0 where it has not come whole. */
static size_t head_of(const uint8_t *bytes, size_t length, size_t *payload) {
  size_t head = 2;
  if (length < head)
    return 0;
  *payload = bytes[1] & 127;
  if (*payload >= 126) {
    size_t more = *payload == 126 ? 2 : 8;
    head += more;
    if (length < head)
      return 0;
    *payload = 0;
    for (size_t i = 0; i < more; i++)
      *payload = *payload << 8 | bytes[2 + i];
  }
  return length - head >= *payload ? head : 0;
}

static void take_frame(client *c, int opcode, const uint8_t *bytes, size_t length, uint64_t came) {
  if (opcode == 9)
    return send_frame(c, 10, bytes, length);
  if (opcode > 2)
    return;
  counts.frames++;
  count(bytes, length, came);
  const step *next = &config.steps[c->step];
  if (c->state == STEPPING && next->opcode == 0 &&
      memmem(bytes, length, next->text, strlen(next->text))) {
    c->step++;
    go_on(c);
  }
}

/* The bytes of the answer to the handshake, 0 where it has not come whole. */
static size_t take_handshake(client *c, const uint8_t *bytes, size_t length) {
  const uint8_t *found = memmem(bytes, length, "\r\n\r\n", 4);
  if (!found)
    return 0;
  if (memcmp(bytes, "HTTP/1.1 101", 12)) {
    if (counts.dead == 0)
      fprintf(stderr, "handshake refused: %.*s\n", (int)(found - bytes), bytes);
    end(c);
    return 0;
  }
  c->state = STEPPING;
  go_on(c);
  return (size_t)(found + 4 - bytes);
}

static void receive(client *c) {
  static uint8_t buffer[4 << 20];
  if (c->in_length)
    memcpy(buffer, c->in, c->in_length);
  ssize_t got = recv(c->fd, buffer + c->in_length, sizeof buffer - c->in_length, 0);
  if (got < 0 && errno == EAGAIN)
    return;
  if (got <= 0)
    return end(c);
  uint64_t came = is_timing ? now() : 0;
  size_t length = c->in_length + (size_t)got, done = 0, head, payload;
  counts.bytes += (uint64_t)got;
  if (c->state == HANDSHAKE)
    done = take_handshake(c, buffer, length);
  while (c->state >= STEPPING && c->state != DEAD &&
         (head = head_of(buffer + done, length - done, &payload))) {
    take_frame(c, buffer[done] & 15, buffer + done + head, payload, came);
    done += head + payload;
  }
  if (c->state == DEAD)
    return;
  c->in_length = length - done;
  if (c->in_length > c->in_room) {
    c->in_room = c->in_length * 2;
    c->in = realloc(c->in, c->in_room);
  }
  if (c->in_length)
    memcpy(c->in, buffer + done, c->in_length);
}

/* --- all of them --- */

void open_clients(void) {
  clients = calloc((size_t)config.clients, sizeof *clients);
  messages = calloc((size_t)config.senders, sizeof *messages);
  for (int index = 0; index < config.senders; index++)
    make_message(index);
  poller = epoll_create1(0);
}

static void start_one(int index) {
  client *c = &clients[index];
  int yes = 1;
  *c = (client){.index = index, .state = CONNECTING, .wants_out = 1};
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) {
    perror("socket");
    exit(1);
  }
  under_way++;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
  epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)config.port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(c->fd, (void *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
    perror("connect");
    end(c);
  }
}

void start_more(void) {
  while (started < config.clients && under_way < HANDSHAKES_AT_ONCE)
    start_one(started++);
}

static void handle(client *c, uint32_t events) {
  if (c->state == DEAD)
    return;
  if (c->state == CONNECTING) {
    if (events & (EPOLLERR | EPOLLHUP))
      end(c);
    else if (events & EPOLLOUT)
      send_handshake(c);
    return;
  }
  if (events & EPOLLOUT && c->wants_out)
    send_rest(c);
  if (c->state != DEAD && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    receive(c);
}

void turn(int64_t ns) {
  static struct epoll_event events[2048];
  struct timespec most = {.tv_sec = 0, .tv_nsec = ns};
  int count = epoll_pwait2(poller, events, 2048, &most, 0);
  for (int i = 0; i < count; i++)
    handle(events[i].data.ptr, events[i].events);
}

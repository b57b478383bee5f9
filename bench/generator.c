/* wsload.c - epoll WebSocket load generator.   gcc -O2 -o wsload wsload.c
 *
 * Opens N client connections, runs the --step list on each (send / wait for a frame), waits until
 * all are joined, then S senders send frames built from a template, either closed loop (--window W
 * messages in flight, a message being complete when `fanout` markers came back) or open loop
 * (--rate total msg/s). Every receiver scans frame payloads for the marker `"text":"T<19-digit
 * CLOCK_MONOTONIC ns>`; a frame may hold several messages.  Prints one JSON line.
 *
 *  --port P --path /ws --host H      server (127.0.0.1)
 *  -n N        connections           --conc C   handshakes in flight (default 128)
 *  --header L  extra handshake header line (repeatable)    --proto X  Sec-WebSocket-Protocol
 *  --step S    repeatable, in order: "text:..." "bin:..." send a frame; "wait" wait for one data
 * frame escapes \r \n \\ \xNN ; %d conn index, %r index mod R, %q same, 4 digits
 *  --rooms R   (default 1)           --fanout F deliveries expected per message (default N/R)
 *  --senders S (default 1; connections 0..S-1)   --size B  characters in text (default 100)
 *  --payload T default {"type":"chat","room":"r%r","text":"%T"}   (%T = marker text, %U = a ref
 * that differs in each message)
 *  --wrap T    default %P ; %P payload, %L its length (NATS: 'PUB r%r %L\r\n%P\r\n')
 *  --mqtt T    wrap as MQTT PUBLISH to topic T instead       --bin  send binary frames
 *  --window W  closed loop           --rate R   open loop msgs/s (timestamps = scheduled time)
 *  --half X    after the closed-loop phase run a second phase at X (e.g. 0.5) of the rate reached
 *  --warm s --dur s (default 1, 3)   --idle s   stay idle after the join (default 0.3)
 *  --pid a,b   server processes: CPU (utime+stime, all threads), VmRSS, VmHWM
 *  --connect-only  stop after the join and idle     --label L  copied to the output
 *  --latsample K   every K-th marker is timed (default 1)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef unsigned char u8;
typedef uint64_t u64;

enum { ST_CONN, ST_HS, ST_STEP, ST_READY, ST_DEAD };

typedef struct {
  int fd, idx, state, step, wouts;
  u8 *p;
  size_t plen, pcap;
  u8 *o;
  size_t olen, ooff;
  u64 marks;
  u64 frames;
  u64 t0;
} conn;

static conn *C;
static int N = 100, conc = 128, R = 1, S = 1, ep;
static long F = 0;
static int size_ = 100, window_ = 0;
static double rate = 0, half = 0, warm = 1, dur = 3, idle = 0.3;
static const char *host = "127.0.0.1", *path = "/ws", *proto,
                  *payload = "{\"type\":\"chat\",\"room\":\"r%r\",\"text\":\"%T\"}", *wrap = "%P",
                  *mqtt, *label = "", *pids = "";
static int port = 8000, sendbin = 0, conly = 0, latsample = 1;
static char hdrs[8192];

static struct {
  int kind;
  char *t;
} steps[32];

static int nsteps;
static u8 rbuf[4 << 20];
static int nready, ndead, nstarted, inflight;
static u64 frames, marks, bytes, pings, closes, nsent, rcalls, hist_n;
static int closecode[5000];

static u64 now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* log-linear histogram of microseconds/4: 64 sub-buckets per octave */
#define HB (64 * 40)
static u64 hist[HB], hmax;

static void hadd(u64 ns) {
  u64 v = ns / 250;
  if (ns > hmax)
    hmax = ns;
  int b;
  if (v < 64)
    b = v;
  else {
    int e = 63 - __builtin_clzll(v);
    b = (e - 5) * 64 + ((v >> (e - 6)) & 63);
  }
  if (b >= HB)
    b = HB - 1;
  hist[b]++;
  hist_n++;
}

static double hval(int b) {
  if (b < 64)
    return b * 250.0;
  int e = b / 64 + 5;
  return (double)((64ull + (b & 63)) << (e - 6)) * 250.0;
}

static double hpct(double p) {
  u64 t = 0, want = (u64)(p * hist_n);
  for (int i = 0; i < HB; i++) {
    t += hist[i];
    if (t > want)
      return hval(i) / 1000.0;
  }
  return hmax / 1000.0;
}

static void hreset(void) {
  memset(hist, 0, sizeof hist);
  hmax = 0;
  hist_n = 0;
}

static size_t unesc(const char *s, u8 *o) {
  u8 *b = o;
  for (; *s; s++) {
    if (*s == '\\') {
      s++;
      if (*s == 'r')
        *o++ = '\r';
      else if (*s == 'n')
        *o++ = '\n';
      else if (*s == 'x') {
        char h[3] = {s[1], s[2], 0};
        *o++ = strtol(h, 0, 16);
        s += 2;
      } else
        *o++ = *s;
    } else
      *o++ = *s;
  }
  return o - b;
}

/* expand %d %r %q %T %P %L */
static size_t expand(const u8 *t, size_t n, int idx, const u8 *P, size_t L, const char *T, u8 *o) {
  u8 *b = o;
  for (size_t i = 0; i < n; i++) {
    if (t[i] == '%' && i + 1 < n) {
      char k = t[++i];
      if (k == 'd')
        o += sprintf((char *)o, "%d", idx);
      else if (k == 'r')
        o += sprintf((char *)o, "%d", idx % R);
      else if (k == 'q')
        o += sprintf((char *)o, "%04d", idx % R);
      else if (k == 'T') {
        size_t l = strlen(T);
        memcpy(o, T, l);
        o += l;
      } else if (k == 'U') {
        memcpy(o, "U0000000000000000000", 20);
        o += 20;
      } else if (k == 'P') {
        memcpy(o, P, L);
        o += L;
      } else if (k == 'L')
        o += sprintf((char *)o, "%zu", L);
      else {
        *o++ = '%';
        *o++ = k;
      }
    } else
      *o++ = t[i];
  }
  return o - b;
}

static void dead(conn *c) {
  if (c->state == ST_DEAD)
    return;
  if (c->state < ST_READY && c->state != ST_CONN - 1)
    inflight--;
  if (c->state == ST_READY)
    nready--;
  c->state = ST_DEAD;
  ndead++;
  epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, 0);
  close(c->fd);
}

static void want(conn *c, int out) {
  if (c->wouts == out)
    return;
  c->wouts = out;
  struct epoll_event e = {.events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
}

static void rawsend(conn *c, const u8 *d, size_t n) {
  if (c->state == ST_DEAD)
    return;
  if (c->olen - c->ooff == 0) {
    ssize_t w = send(c->fd, d, n, MSG_NOSIGNAL);
    if (w < 0) {
      if (errno != EAGAIN) {
        dead(c);
        return;
      }
      w = 0;
    }
    if ((size_t)w == n)
      return;
    d += w;
    n -= w;
    c->olen = c->ooff = 0;
  }
  c->o = realloc(c->o, c->olen + n);
  memcpy(c->o + c->olen, d, n);
  c->olen += n;
  want(c, 1);
}

static void flushout(conn *c) {
  while (c->ooff < c->olen) {
    ssize_t w = send(c->fd, c->o + c->ooff, c->olen - c->ooff, MSG_NOSIGNAL);
    if (w < 0) {
      if (errno == EAGAIN)
        return;
      dead(c);
      return;
    }
    c->ooff += w;
  }
  c->ooff = c->olen = 0;
  want(c, 0);
}

static void sendframe(conn *c, int op, const u8 *d, size_t n) {
  static u8 b[1 << 20];
  size_t h = 2;
  b[0] = 0x80 | op;
  if (n < 126)
    b[1] = 0x80 | n;
  else if (n < 65536) {
    b[1] = 0x80 | 126;
    b[2] = n >> 8;
    b[3] = n;
    h = 4;
  } else {
    b[1] = 0x80 | 127;
    for (int i = 0; i < 8; i++)
      b[2 + i] = (u64)n >> (56 - 8 * i);
    h = 10;
  }
  static const u8 m[4] = {0x37, 0xfa, 0x21, 0x3d};
  memcpy(b + h, m, 4);
  h += 4;
  for (size_t i = 0; i < n; i++)
    b[h + i] = d[i] ^ m[i & 3];
  rawsend(c, b, h + n);
}

static void runsteps(conn *c) {
  static u8 t[65536], o[65536];
  while (c->state == ST_STEP) {
    if (c->step >= nsteps) {
      c->state = ST_READY;
      nready++;
      inflight--;
      return;
    }
    int k = steps[c->step].kind;
    if (k == 0)
      return; /* wait */
    size_t n = unesc(steps[c->step].t, t);
    n = expand(t, n, c->idx, 0, 0, "", o);
    c->step++;
    sendframe(c, k, o, n);
  }
}

static int timing;

static void scan(conn *c, const u8 *d, size_t n, u64 t) {
  static const char mk[] = "\"text\":\"T";
  const size_t ml = 9;
  const u8 *e = d + n;
  while (d < e) {
    const u8 *q = memmem(d, e - d, mk, ml);
    if (!q)
      return;
    marks++;
    c->marks++;
    q += ml;
    if (timing && e - q >= 19 && (latsample == 1 || marks % latsample == 0)) {
      u64 v = 0;
      for (int i = 0; i < 19; i++)
        v = v * 10 + (q[i] - '0');
      if (t > v)
        hadd(t - v);
      else
        hadd(0);
    }
    d = q + 19;
  }
}

static void onread(conn *c) {
  if (c->plen)
    memcpy(rbuf, c->p, c->plen);
  size_t have = c->plen;
  if (have >= sizeof rbuf - 1) {
    fprintf(stderr, "frame too big\n");
    dead(c);
    return;
  }
  ssize_t r = recv(c->fd, rbuf + have, sizeof rbuf - have, 0);
  rcalls++;
  if (r < 0) {
    if (errno == EAGAIN)
      return;
    dead(c);
    return;
  }
  if (r == 0) {
    dead(c);
    return;
  }
  have += r;
  bytes += r;
  size_t i = 0;
  u64 t = timing ? now() : 0;
  if (c->state == ST_HS) {
    u8 *e = memmem(rbuf, have, "\r\n\r\n", 4);
    if (!e)
      goto save;
    if (memcmp(rbuf, "HTTP/1.1 101", 12)) {
      static int said;
      if (!said++)
        fprintf(stderr, "handshake refused: %.*s\n", (int)(have < 300 ? have : 300), rbuf);
      dead(c);
      return;
    }
    i = e + 4 - rbuf;
    c->state = ST_STEP;
    runsteps(c);
  }
  while (c->state != ST_DEAD && have - i >= 2) {
    size_t h = 2;
    u64 l = rbuf[i + 1] & 127;
    if (l == 126) {
      if (have - i < 4)
        break;
      l = rbuf[i + 2] << 8 | rbuf[i + 3];
      h = 4;
    } else if (l == 127) {
      if (have - i < 10)
        break;
      l = 0;
      for (int k = 0; k < 8; k++)
        l = l << 8 | rbuf[i + 2 + k];
      h = 10;
    }
    if (have - i < h + l)
      break;
    int op = rbuf[i] & 15;
    u8 *d = rbuf + i + h;
    i += h + l;
    if (op == 9) {
      pings++;
      sendframe(c, 10, d, l);
    } else if (op == 8) {
      closes++;
      if (l >= 2) {
        int cc = d[0] << 8 | d[1];
        if (cc < 5000)
          closecode[cc]++;
      }
    } else if (op <= 2) {
      frames++;
      c->frames++;
      scan(c, d, l, t);
      if (c->state == ST_STEP && c->step < nsteps && steps[c->step].kind == 0) {
        c->step++;
        runsteps(c);
      }
    }
  }
save:
  if (c->state == ST_DEAD)
    return;
  size_t left = have - i;
  if (left > c->pcap) {
    c->pcap = left * 2;
    c->p = realloc(c->p, c->pcap);
  }
  if (left)
    memcpy(c->p, rbuf + i, left);
  c->plen = left;
}

static void startconn(int i) {
  conn *c = &C[i];
  c->idx = i;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) {
    perror("socket");
    exit(1);
  }
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct sockaddr_in a = {.sin_family = AF_INET};
  if (N > 20000) {
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    char s[32];
    sprintf(s, "127.0.0.%d", 2 + i / 20000);
    inet_pton(AF_INET, s, &a.sin_addr);
    bind(c->fd, (void *)&a, sizeof a);
  }
  a.sin_port = htons(port);
  inet_pton(AF_INET, host, &a.sin_addr);
  c->state = ST_CONN;
  inflight++;
  nstarted++;
  c->t0 = now();
  c->wouts = 1;
  struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
  if (connect(c->fd, (void *)&a, sizeof a) < 0 && errno != EINPROGRESS) {
    perror("connect");
    dead(c);
  }
}

static void poll_(int ms) {
  static struct epoll_event ev[2048];
  int n = epoll_wait(ep, ev, 2048, ms);
  for (int i = 0; i < n; i++) {
    conn *c = ev[i].data.ptr;
    if (c->state == ST_DEAD)
      continue;
    if (c->state == ST_CONN) {
      int er = 0;
      socklen_t l = sizeof er;
      getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &er, &l);
      if (er) {
        dead(c);
        continue;
      }
      if (!(ev[i].events & EPOLLOUT))
        continue;
      char b[12288];
      int n = snprintf(b, sizeof b,
                       "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: "
                       "Upgrade\r\nSec-WebSocket-Key: "
                       "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s%s%s\r\n",
                       path, host, port, proto ? "Sec-WebSocket-Protocol: " : "",
                       proto ? proto : "", proto ? "\r\n" : "", hdrs);
      c->state = ST_HS;
      want(c, 0);
      rawsend(c, (u8 *)b, n);
      continue;
    }
    if (ev[i].events & EPOLLOUT && c->wouts)
      flushout(c);
    if (c->state != ST_DEAD && ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
      onread(c);
  }
}

/* process stats */
static double cputime(void) {
  double s = 0;
  char b[256];
  strncpy(b, pids, 255);
  for (char *p = strtok(b, ","); p; p = strtok(0, ",")) {
    char f[64], l[1024];
    sprintf(f, "/proc/%s/stat", p);
    FILE *h = fopen(f, "r");
    if (!h)
      continue;
    if (fgets(l, sizeof l, h)) {
      char *q = strrchr(l, ')');
      unsigned long u = 0, y = 0;
      if (q && sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &y) == 2)
        s += (double)(u + y) / sysconf(_SC_CLK_TCK);
    }
    fclose(h);
  }
  return s;
}

static void rss(long *r, long *hw) {
  *r = *hw = 0;
  char b[256];
  strncpy(b, pids, 255);
  for (char *p = strtok(b, ","); p; p = strtok(0, ",")) {
    char f[64], l[256];
    sprintf(f, "/proc/%s/status", p);
    FILE *h = fopen(f, "r");
    if (!h)
      continue;
    while (fgets(l, sizeof l, h)) {
      if (!strncmp(l, "VmRSS:", 6))
        *r += atol(l + 6);
      if (!strncmp(l, "VmHWM:", 6))
        *hw += atol(l + 6);
    }
    fclose(h);
  }
}

static double selfcpu(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_utime.tv_usec / 1e6 + r.ru_stime.tv_sec +
         r.ru_stime.tv_usec / 1e6;
}

/* sender frames */
static struct {
  u8 *d;
  size_t n, off, ref;
} * tpl;

static void mktpl(int i) {
  static u8 t[1 << 20], P[1 << 20], o[1 << 20];
  char *T = malloc(size_ + 32);
  memset(T, 'x', size_ + 20);
  memcpy(T, "T0000000000000000000 ", size_ >= 21 ? 21 : 20);
  T[size_ < 20 ? 20 : size_] = 0;
  size_t n = unesc(payload, t);
  size_t L = expand(t, n, i, 0, 0, T, P);
  size_t m = 0;
  if (mqtt) {
    u8 tp[256];
    n = unesc(mqtt, t);
    size_t tl = expand(t, n, i, 0, 0, "", tp);
    size_t rl = 2 + tl + L;
    o[m++] = 0x30;
    do {
      u8 b = rl % 128;
      rl /= 128;
      if (rl)
        b |= 128;
      o[m++] = b;
    } while (rl);
    o[m++] = tl >> 8;
    o[m++] = tl;
    memcpy(o + m, tp, tl);
    m += tl;
    memcpy(o + m, P, L);
    m += L;
  } else {
    n = unesc(wrap, t);
    m = expand(t, n, i, P, L, T, o);
  }
  tpl[i].d = malloc(m);
  memcpy(tpl[i].d, o, m);
  tpl[i].n = m;
  u8 *q = memmem(o, m, "T0000000000000000000", 20);
  tpl[i].off = q ? (size_t)(q + 1 - o) : 0;
  u8 *u = memmem(o, m, "U0000000000000000000", 20);
  tpl[i].ref = u ? (size_t)(u + 1 - o) : 0;
  if (!q)
    fprintf(stderr, "no marker in payload\n");
  free(T);
}

static int nexts;
static u64 dropped_send;

static int send1(u64 ts) {
  for (int k = 0; k < S; k++) {
    int i = nexts;
    nexts = (nexts + 1) % S;
    conn *c = &C[i];
    if (c->state != ST_READY || c->olen > c->ooff)
      continue;
    u8 *d = tpl[i].d + tpl[i].off;
    for (int j = 18; j >= 0; j--) {
      d[j] = '0' + ts % 10;
      ts /= 10;
    }
    if (tpl[i].ref)
      memcpy(tpl[i].d + tpl[i].ref, d, 19);
    sendframe(c, sendbin ? 2 : 1, tpl[i].d, tpl[i].n);
    nsent++;
    return 1;
  }
  return 0;
}

typedef struct {
  double secs, sent_s, deliv_s, frames_s, cpu, ccpu, p50, p99, p999, max, mbs;
  u64 deliv;
} phase;

static u64 base_marks, base_sent;

static void drain(double maxs) {
  u64 end = now() + (u64)(maxs * 1e9), last = marks, tl = now();
  while (now() < end) {
    poll_(20);
    if (marks - base_marks >= (nsent - base_sent) * (u64)F)
      break;
    if (marks != last) {
      last = marks;
      tl = now();
    } else if (now() - tl > 1500000000ull)
      break;
  }
}

static phase runphase(double rt, double w, double d) {
  phase P = {0};
  u64 t0 = now(), tm = t0 + (u64)(w * 1e9), te = tm + (u64)(d * 1e9), k = 0, s0 = 0, m0 = 0, f0 = 0,
      b0 = 0, tb = 0;
  double c0 = 0, cc0 = 0;
  int meas = 0;
  hreset();
  timing = 0;
  u64 ms0 = marks, ns0 = nsent;
  for (;;) {
    u64 t = now();
    if (!meas && t >= tm) {
      meas = 1;
      timing = 1;
      s0 = nsent;
      m0 = marks;
      f0 = frames;
      b0 = bytes;
      c0 = cputime();
      cc0 = selfcpu();
      tb = now();
    }
    if (t >= te)
      break;
    if (rt > 0) {
      u64 due;
      int burst = 0;
      while ((due = t0 + (u64)(k * 1e9 / rt)) <= t && burst++ < 4096) {
        if (!send1(due)) {
          dropped_send++;
          break;
        }
        k++;
      }
      due = t0 + (u64)(k * 1e9 / rt);
      t = now();
      if (due > t + 1500000)
        poll_((due - t) / 1000000);
      else
        poll_(0);
    } else {
      int b = 0;
      while (b < 4096 && (long)((nsent - ns0) - (marks - ms0) / F) < window_ && b++ < window_)
        if (!send1(now()))
          break;
      poll_(1);
    }
  }
  u64 t = now();
  P.secs = (t - tb) / 1e9;
  P.cpu = cputime() - c0;
  P.ccpu = selfcpu() - cc0;
  P.deliv = marks - m0;
  P.deliv_s = (marks - m0) / P.secs;
  P.sent_s = (nsent - s0) / P.secs;
  P.frames_s = (frames - f0) / P.secs;
  P.mbs = (bytes - b0) / P.secs / 1e6;
  P.p50 = hpct(.5);
  P.p99 = hpct(.99);
  P.p999 = hpct(.999);
  P.max = hmax / 1000.0;
  timing = 0;
  drain(10);
  return P;
}

static void pp(const char *k, phase *p) {
  printf(",\"%s\":{\"secs\":%.2f,\"sent_s\":%.1f,\"deliv_s\":%.0f,\"frames_s\":%.0f,\"MB_s\":%.2f,"
         "\"srv_cpu_pct\":%.1f,\"us_per_deliv\":%.3f,\"gen_cpu_pct\":%.1f,\"p50_us\":%.0f,\"p99_"
         "us\":%.0f,\"p999_us\":%.0f,\"max_us\":%.0f}",
         k, p->secs, p->sent_s, p->deliv_s, p->frames_s, p->mbs, 100 * p->cpu / p->secs,
         p->deliv ? p->cpu * 1e6 / p->deliv : 0, 100 * p->ccpu / p->secs, p->p50, p->p99, p->p999,
         p->max);
}

int main(int ac, char **av) {
  static struct option lo[] = {{"port", 1, 0, 1},          {"path", 1, 0, 2},
                               {"host", 1, 0, 3},          {"conc", 1, 0, 4},
                               {"header", 1, 0, 5},        {"proto", 1, 0, 6},
                               {"step", 1, 0, 7},          {"rooms", 1, 0, 8},
                               {"fanout", 1, 0, 9},        {"senders", 1, 0, 10},
                               {"size", 1, 0, 11},         {"payload", 1, 0, 12},
                               {"wrap", 1, 0, 13},         {"mqtt", 1, 0, 14},
                               {"bin", 0, 0, 15},          {"window", 1, 0, 16},
                               {"rate", 1, 0, 17},         {"half", 1, 0, 18},
                               {"warm", 1, 0, 19},         {"dur", 1, 0, 20},
                               {"idle", 1, 0, 21},         {"pid", 1, 0, 22},
                               {"connect-only", 0, 0, 23}, {"label", 1, 0, 24},
                               {"latsample", 1, 0, 25},    {0}};
  int o;
  while ((o = getopt_long(ac, av, "n:", lo, 0)) != -1)
    switch (o) {
    case 'n':
      N = atoi(optarg);
      break;
    case 1:
      port = atoi(optarg);
      break;
    case 2:
      path = optarg;
      break;
    case 3:
      host = optarg;
      break;
    case 4:
      conc = atoi(optarg);
      break;
    case 5:
      strcat(hdrs, optarg);
      strcat(hdrs, "\r\n");
      break;
    case 6:
      proto = optarg;
      break;
    case 7:
      if (!strcmp(optarg, "wait"))
        steps[nsteps].kind = 0;
      else if (!strncmp(optarg, "text:", 5)) {
        steps[nsteps].kind = 1;
        steps[nsteps].t = optarg + 5;
      } else if (!strncmp(optarg, "bin:", 4)) {
        steps[nsteps].kind = 2;
        steps[nsteps].t = optarg + 4;
      } else {
        fprintf(stderr, "bad step\n");
        return 2;
      }
      nsteps++;
      break;
    case 8:
      R = atoi(optarg);
      break;
    case 9:
      F = atol(optarg);
      break;
    case 10:
      S = atoi(optarg);
      break;
    case 11:
      size_ = atoi(optarg);
      break;
    case 12:
      payload = optarg;
      break;
    case 13:
      wrap = optarg;
      break;
    case 14:
      mqtt = optarg;
      sendbin = 1;
      break;
    case 15:
      sendbin = 1;
      break;
    case 16:
      window_ = atoi(optarg);
      break;
    case 17:
      rate = atof(optarg);
      break;
    case 18:
      half = atof(optarg);
      break;
    case 19:
      warm = atof(optarg);
      break;
    case 20:
      dur = atof(optarg);
      break;
    case 21:
      idle = atof(optarg);
      break;
    case 22:
      pids = optarg;
      break;
    case 23:
      conly = 1;
      break;
    case 24:
      label = optarg;
      break;
    case 25:
      latsample = atoi(optarg);
      break;
    default:
      return 2;
    }
  struct rlimit rl;
  getrlimit(RLIMIT_NOFILE, &rl);
  rl.rlim_cur = rl.rlim_max;
  setrlimit(RLIMIT_NOFILE, &rl);
  if (!F)
    F = N / R;
  if (S > N)
    S = N;
  if (!window_ && !rate)
    window_ = 16;
  C = calloc(N, sizeof *C);
  tpl = calloc(S, sizeof *tpl);
  for (int i = 0; i < S; i++)
    mktpl(i);
  ep = epoll_create1(0);
  long r0, r1, r2, hw;
  rss(&r0, &hw);
  double c0 = cputime();
  u64 t0 = now(), lastp = t0;
  int lastn = 0;
  while (nready + ndead < N) {
    while (nstarted < N && inflight < conc)
      startconn(nstarted);
    poll_(100);
    if (nready != lastn) {
      lastn = nready;
      lastp = now();
    } else if (now() - lastp > 15000000000ull) {
      fprintf(stderr, "join stalled: %d ready %d dead of %d\n", nready, ndead, N);
      break;
    }
  }
  double ct = (now() - t0) / 1e9, ccpu = cputime() - c0;
  {
    u64 e = now() + (u64)(idle * 1e9);
    while (now() < e)
      poll_(10);
  }
  rss(&r1, &hw);
  printf("{\"label\":\"%s\",\"n\":%d,\"rooms\":%d,\"fanout\":%ld,\"ready\":%d,\"dead\":%d,"
         "\"connect_s\":%.3f,\"handshakes_s\":%.0f,\"connect_cpu_us\":%.1f,\"rss_before_kb\":%ld,"
         "\"rss_joined_kb\":%ld,\"kb_per_conn\":%.2f",
         label, N, R, F, nready, ndead, ct, nready / ct, ccpu * 1e6 / N, r0, r1,
         (double)(r1 - r0) / N);
  if (!conly && nready > 0) {
    base_marks = marks;
    base_sent = nsent;
    u64 f0 = frames;
    if (rate > 0) {
      phase p = runphase(rate, warm, dur);
      pp("open", &p);
    } else {
      phase p = runphase(0, warm, dur);
      pp("sat", &p);
      if (half > 0) {
        phase q = runphase(p.deliv_s * half / F, warm, dur);
        pp("half", &q);
      }
    }
    long exp_ = (long)(nsent - base_sent) * F, got = marks - base_marks;
    u64 mn = ~0ull, mx = 0;
    for (int i = 0; i < N; i++) {
      if (C[i].marks < mn)
        mn = C[i].marks;
      if (C[i].marks > mx)
        mx = C[i].marks;
    }
    rss(&r2, &hw);
    printf(",\"sent\":%lu,\"expected\":%ld,\"delivered\":%ld,\"lost\":%ld,\"frames\":%lu,\"conn_"
           "min\":%lu,\"conn_max\":%lu,\"rss_end_kb\":%ld",
           nsent - base_sent, exp_, got, exp_ - got, frames - f0, mn, mx, r2);
  }
  printf(",\"hwm_kb\":%ld,\"pings\":%lu,\"closes\":%lu,\"dead_end\":%d,\"closecodes\":{", hw, pings,
         closes, ndead);
  int first = 1;
  for (int i = 0; i < 5000; i++)
    if (closecode[i]) {
      printf("%s\"%d\":%d", first ? "" : ",", i, closecode[i]);
      first = 0;
    }
  printf("}}\n");
  return 0;
}

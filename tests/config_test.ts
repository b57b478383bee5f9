import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parse } from "@std/dotenv";
import { type Config, type Environment, isLoopback, readConfig } from "../src/config.ts";

const DEFAULTS: Record<string, unknown> = {
  PORT: 8000,
  HOST: "127.0.0.1",
  TRANSPORT: "deno",
  STORE_URL: "sqlite:data/snug.db",
  STORE_SYNC: "full",
  STORE_MAX_BYTES: 0,
  FILES_DIR: "",
  MAX_FILE_BYTES: 10_485_760,
  MAX_FILES_BYTES: 1_073_741_824,
  RETENTION_DAYS: 0,
  RETENTION_MESSAGES: 0,
  WS_TOKEN: "",
  ADMIN_TOKEN: "",
  JWT_SECRET: "",
  JWT_JWKS_URL: "",
  JWT_ISSUER: "",
  JWT_AUDIENCE: "",
  AUTH_HEADER: "",
  ALLOWED_ORIGINS: [],
  TRUSTED_PROXIES: [],
  ROOMS: ["general", "random"],
  REPLIES_FILE: "",
  JOIN_POLICY: "open",
  MAX_ROOMS: 10000,
  MAX_MESSAGE_BYTES: 16384,
  MAX_CONNECTIONS: 10000,
  MAX_CONNECTIONS_PER_IP: 64,
  MAX_ROOMS_PER_CONNECTION: 50,
  MAX_ROOM_MEMBERS: 10000,
  RATE_MESSAGES_PER_SECOND: 5,
  RATE_BURST: 20,
  OUTBOX_BYTES: 1048576,
  HISTORY_PAGE: 50,
  RESUME_LIMIT: 1000,
  HEARTBEAT_MS: 25000,
  HEARTBEAT_GRACE_MS: 10000,
  PRESENCE_GRACE_MS: 10000,
  DRAIN_MS: 10000,
  METRICS_TOKEN: "",
  TLS_CERT_FILE: "",
  TLS_KEY_FILE: "",
  LOG_LEVEL: "info",
  LOG_FORMAT: "text",
};

/** The least value of every number; 2³¹−1 is the greatest, but for the port. */
const LEAST: Record<string, number> = {
  PORT: 0,
  RETENTION_DAYS: 0,
  RETENTION_MESSAGES: 0,
  MAX_ROOMS: 1,
  MAX_MESSAGE_BYTES: 256,
  MAX_CONNECTIONS: 1,
  MAX_CONNECTIONS_PER_IP: 1,
  MAX_ROOMS_PER_CONNECTION: 1,
  MAX_ROOM_MEMBERS: 1,
  RATE_MESSAGES_PER_SECOND: 1,
  RATE_BURST: 1,
  OUTBOX_BYTES: 4096,
  HISTORY_PAGE: 1,
  RESUME_LIMIT: 1,
  HEARTBEAT_MS: 500,
  HEARTBEAT_GRACE_MS: 1,
  PRESENCE_GRACE_MS: 0,
  DRAIN_MS: 0,
};
const NO_NUMBER = ["x", "-1", "1.5", "1e3", "0x10", " 5", "5 ", "+5", "5_000", "5,000", "∞", "５"];

const GOOD: [name: string, value: string, read: unknown][] = [
  ["HOST", "0.0.0.0", "0.0.0.0"],
  ["HOST", "::", "::"],
  ["HOST", "chat-1.example.org", "chat-1.example.org"],
  ["TRANSPORT", "ws", "ws"],
  ["STORE_URL", "memory:", "memory:"],
  ["STORE_URL", "sqlite:/var/lib/snug/a b.db", "sqlite:/var/lib/snug/a b.db"],
  ["STORE_URL", "redis://localhost", "redis://localhost"],
  ["STORE_URL", "rediss://u:p%40@h:6380/2", "rediss://u:p%40@h:6380/2"],
  ["STORE_URL", "redis://h?prefix=a:&replicas=1", "redis://h?prefix=a:&replicas=1"],
  ["STORE_URL", "unix:///run/redis.sock", "unix:///run/redis.sock"],
  ["STORE_URL", "unix://u:p%40@/r.sock?db=2&prefix=a:", "unix://u:p%40@/r.sock?db=2&prefix=a:"],
  ["STORE_SYNC", "normal", "normal"],
  ["STORE_MAX_BYTES", "0", 0],
  ["STORE_MAX_BYTES", "1048576", 1_048_576],
  ["STORE_MAX_BYTES", "500000000000", 500_000_000_000],
  ["FILES_DIR", "/srv/files of snug", "/srv/files of snug"],
  ["MAX_FILES_BYTES", "0", 0],
  ["MAX_FILES_BYTES", "500000000000", 500_000_000_000],
  ["WS_TOKEN", "open", "open"],
  ["AUTH_HEADER", "X-WS-Auth-Key", "x-ws-auth-key"],
  ["ALLOWED_ORIGINS", "*", ["*"]],
  ["ALLOWED_ORIGINS", "https://a.example", ["https://a.example"]],
  ["ALLOWED_ORIGINS", " https://a.example , http://b:81,", ["https://a.example", "http://b:81"]],
  ["ADMIN_TOKEN", "all-of-it", "all-of-it"],
  ["JWT_SECRET", "é".repeat(16), "é".repeat(16)],
  ["JWT_JWKS_URL", "https://id.example/keys?a=b", "https://id.example/keys?a=b"],
  ["JWT_JWKS_URL", "http://[::1]:81/keys", "http://[::1]:81/keys"],
  ["TRUSTED_PROXIES", "127.0.0.1", ["127.0.0.1"]],
  ["TRUSTED_PROXIES", "10.0.0.0/8, ::1,fd00::/8 ", ["10.0.0.0/8", "::1", "fd00::/8"]],
  ["ROOMS", "lobby", ["lobby"]],
  ["ROOMS", " a , cafe\u0301,1.2_3-4 ,, ", ["a", "caf\u00e9", "1.2_3-4"]],
  ["LOG_LEVEL", "debug", "debug"],
  ["LOG_LEVEL", "error", "error"],
  ["LOG_FORMAT", "json", "json"],
];

const ORIGINS = "origins such as https://example.org, with commas between them, or *";
const ROOMS = "room names with commas between them; letters, digits, . _ and -";
const STORES =
  "sqlite:<path of a file>, memory:, redis[s]://[user:password@]host[:port][/db][?prefix=…&replicas=…] or " +
  "unix://[user:password@]/<path of a Redis' socket>[?db=…&prefix=…&replicas=…]; " +
  "in a user and password @ / ? # % are %40 %2F %3F %23 %25";
const HOSTS = "an address to listen on, such as 127.0.0.1 or 0.0.0.0";
const NETWORKS =
  "addresses or networks of proxies such as 127.0.0.1 or 10.0.0.0/8, with commas between them";
const KEYS_URL =
  "an https: address of public keys without a password in it; http: on this machine only";
const FILES = "0, or a whole number of bytes from 4096";
const SIZES = "0, or a whole number of bytes from 1048576";
const BAD: [name: string, value: string, expected: string][] = [
  ["HOST", "http://127.0.0.1", HOSTS],
  ["HOST", "a b", HOSTS],
  ["TRANSPORT", "node", "deno or ws"],
  ["STORE_URL", "sqlite:", STORES],
  ["STORE_URL", "sqlite", STORES],
  ["STORE_URL", "memory:x", STORES],
  ["STORE_URL", "data/snug.db", STORES],
  ["STORE_URL", "redis:localhost", STORES],
  ["STORE_URL", "redis://h/a", STORES],
  ["STORE_URL", "redis://h?prefix={a}", STORES],
  ["STORE_URL", "redis://h?replicas=x", STORES],
  ["STORE_URL", "redis://h?other=1", STORES],
  ["STORE_URL", "redis://h?db=1", STORES],
  ["STORE_URL", "redis://h#a", STORES],
  ["STORE_URL", "unix:/run/redis.sock", STORES],
  ["STORE_URL", "unix://run/redis.sock", STORES],
  ["STORE_URL", "unix:///", STORES],
  ["STORE_URL", "unix:///r.sock?db=a", STORES],
  ["STORE_URL", "unix:///r.sock#a", STORES],
  ["STORE_SYNC", "off", "full or normal"],
  ["STORE_SYNC", "Full", "full or normal"],
  ["STORE_MAX_BYTES", "1048575", SIZES],
  ["STORE_MAX_BYTES", "9007199254740992", SIZES],
  ["STORE_MAX_BYTES", "10000000000000000", SIZES],
  ["STORE_MAX_BYTES", "00", SIZES],
  ["STORE_MAX_BYTES", "1G", SIZES],
  ["MAX_FILES_BYTES", "1G", FILES],
  ["MAX_FILES_BYTES", "-1", FILES],
  ["MAX_FILES_BYTES", "4095", FILES],
  ["AUTH_HEADER", "x auth", "the name of a header, such as x-ws-auth-key"],
  ["AUTH_HEADER", "x:auth", "the name of a header, such as x-ws-auth-key"],
  ["ALLOWED_ORIGINS", "example.org", ORIGINS],
  ["ALLOWED_ORIGINS", "https://example.org/", ORIGINS],
  ["ALLOWED_ORIGINS", "https://example.org/chat", ORIGINS],
  ["ALLOWED_ORIGINS", "https://Example.org", ORIGINS],
  ["ALLOWED_ORIGINS", "https://example.org:443", ORIGINS],
  ["ALLOWED_ORIGINS", "https://*.example.org", ORIGINS],
  ["ALLOWED_ORIGINS", "https://me@example.org", ORIGINS],
  ["ALLOWED_ORIGINS", "ftp://example.org", ORIGINS],
  ["ALLOWED_ORIGINS", "null", ORIGINS],
  ["ALLOWED_ORIGINS", "https://a.example https://b.example", ORIGINS],
  ["ALLOWED_ORIGINS", "https://a.example,b.example", ORIGINS],
  ["JWT_ISSUER", "https://id.example", "JWT_SECRET or JWT_JWKS_URL beside it"],
  ["JWT_AUDIENCE", "chat", "JWT_SECRET or JWT_JWKS_URL beside it"],
  ["TLS_CERT_FILE", "/etc/snug.crt", "TLS_KEY_FILE beside it"],
  ["TLS_KEY_FILE", "/etc/snug.key", "TLS_CERT_FILE beside it"],
  ["TRUSTED_PROXIES", "nginx", NETWORKS],
  ["TRUSTED_PROXIES", "10.0.0.0/33", NETWORKS],
  ["TRUSTED_PROXIES", "10.0.0/8", NETWORKS],
  ["TRUSTED_PROXIES", "010.0.0.1", NETWORKS],
  ["TRUSTED_PROXIES", "10.0.0.0/8/8", NETWORKS],
  ["TRUSTED_PROXIES", "10.0.0.0/", NETWORKS],
  ["TRUSTED_PROXIES", "::/129", NETWORKS],
  ["TRUSTED_PROXIES", "*", NETWORKS],
  ["ROOMS", "general,bad room", ROOMS],
  ["ROOMS", "#general", ROOMS],
  ["ROOMS", "x".repeat(65), ROOMS],
  ["LOG_LEVEL", "warning", "debug, info, warn or error"],
  ["LOG_FORMAT", "JSON", "text or json"],
];

/** What must be set beside a variable for its extremes to go together with the rest. */
const BESIDE: Record<string, Environment> = {
  OUTBOX_BYTES: { MAX_MESSAGE_BYTES: "256" },
  MAX_MESSAGE_BYTES: { OUTBOX_BYTES: String(2 ** 31 - 1) },
};

function read(environment: Environment): Config {
  const result = readConfig(environment);
  assert(result.ok, result.ok ? "" : result.problems.join("\n"));
  return result.config;
}

function problems(environment: Environment): string[] {
  const result = readConfig(environment);
  return result.ok ? [] : result.problems;
}

describe("the configuration", () => {
  it("is the defaults where nothing is set", () => {
    assertEquals<unknown>(read({}), DEFAULTS);
  });

  it("is what .env.example shows, which shows every variable", async () => {
    const example = parse(await Deno.readTextFile(new URL("../.env.example", import.meta.url)));
    assertEquals<unknown>(read(example), DEFAULTS);
    assertEquals(Object.keys(example).toSorted(), Object.keys(DEFAULTS).toSorted());
  });

  it("takes an empty value for none", () => {
    const empty = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, ""]));
    assertEquals<unknown>(read(empty), DEFAULTS);
  });

  it("is frozen", () => {
    const config = read({}) as { PORT: number };
    assertThrows(() => config.PORT = 1, TypeError);
  });

  for (const [name, value, expected] of GOOD) {
    it(`reads ${name}=${value}`, () => {
      assertEquals<unknown>(read({ [name]: value }), { ...DEFAULTS, [name]: expected });
    });
  }

  for (const [name, value, expected] of BAD) {
    it(`refuses ${name}=${value} in one line that says what is expected`, () => {
      assertEquals(problems({ [name]: value }), [`${name}=${value}: expected ${expected}`]);
    });
  }

  for (const [name, least] of Object.entries(LEAST)) {
    const most = name === "PORT" ? 65535 : 2 ** 31 - 1;
    it(`reads ${name} from ${least} to ${most} and refuses all else in one line`, () => {
      const beside = BESIDE[name] ?? {};
      const largest = name === "MAX_MESSAGE_BYTES" ? Math.floor(most / 4) : most;
      for (const value of [least, least + 1, largest]) {
        assertEquals(read({ ...beside, [name]: String(value) })[name as "PORT"], value);
      }
      const outside = [most + 1, 99_999_999_999, least - 1].map(String);
      for (const value of [...NO_NUMBER, ...outside]) {
        const [line, ...others] = problems({ [name]: value });
        assertEquals(others, []);
        assertStringIncludes(line!, `${name}=${value}: expected `);
        assertStringIncludes(line!, `from ${least} to ${most}`);
      }
    });
  }

  it("shows no password of a URL", () => {
    const [line] = problems({ STORE_URL: "redis://user:s3c/ret@host/x" });
    assertEquals(line, `STORE_URL=redis://user:…@host/x: expected ${STORES}`);
    for (
      const [given, shown] of [
        ["redis://u:100%@h", "redis://u:…@h"],
        ["unix://u:s3c/ret@/r.sock?x=1", "unix://u:…@/r.sock?x=1"],
        ["redis://h?password=s3cret&db=1", "redis://h?password=…&db=1"],
        ["redis:u:s3cret@h", "redis:…@h"],
        ["redis:/u:s3cret@h/0", "redis:…@h/0"],
        ["redis//:s3cret@h", "redis//:…@h"],
        [":s3cret@h:6379", ":…@h:6379"],
        ["u:s3//cret@h", "u:…@h"],
      ]
    ) assertEquals(problems({ STORE_URL: given! }), [`STORE_URL=${shown}: expected ${STORES}`]);
  });

  it("wants an outbox that holds 4 of the largest messages", () => {
    const found = problems({ OUTBOX_BYTES: "65535", MAX_MESSAGE_BYTES: "16384" });
    const expected = "at least 4 times MAX_MESSAGE_BYTES (16384)";
    assertEquals(found, [`OUTBOX_BYTES=65535: expected ${expected}`]);
    assertEquals(read({ OUTBOX_BYTES: "65536" }).OUTBOX_BYTES, 65536);
  });

  it("takes one kind of tokens of users, and an ADMIN_TOKEN and a METRICS_TOKEN of their own", () => {
    const JWT_SECRET = "s".repeat(32);
    const url = "https://id.example/keys";
    const [both] = problems({ JWT_SECRET, JWT_JWKS_URL: url });
    assertEquals(
      both,
      "JWT_SECRET=…: expected nothing beside JWT_JWKS_URL, or the other way round",
    );
    assertEquals(read({ JWT_SECRET, JWT_ISSUER: "me", JWT_AUDIENCE: "us" }).JWT_ISSUER, "me");
    const same = problems({ WS_TOKEN: "x", ADMIN_TOKEN: "x" });
    assertEquals(same, ["ADMIN_TOKEN=…: expected another token than WS_TOKEN"]);
    assertEquals(problems({ ADMIN_TOKEN: "open" }).length, 1);
    for (const name of ["WS_TOKEN", "ADMIN_TOKEN"]) {
      const [first, ...others] = problems({ [name]: "x", METRICS_TOKEN: "x" });
      assertEquals([first, others], [`METRICS_TOKEN=…: expected another token than ${name}`, []]);
    }
    for (const name of ["ADMIN_TOKEN", "METRICS_TOKEN"]) {
      assertMatch(problems({ [name]: "open" }).join("\n"), /^\w+=…: expected .* and not open$/);
    }
    const short = ["s".repeat(31), "é".repeat(15)];
    for (const secret of short) {
      const found = problems({ JWT_SECRET: secret });
      assertEquals(found, ["JWT_SECRET=…: expected a secret of at least 32 bytes"]);
    }
  });

  it("takes public keys from where nobody between can change them, and shows no password", () => {
    const urls = ["http://id.example/keys", "https://me:pass@id.example/keys", "id.example"];
    for (const url of [...urls, "file:///keys", "http://127.0.0.1.evil.example/"]) {
      assertEquals(problems({ JWT_JWKS_URL: url }), [`JWT_JWKS_URL=…: expected ${KEYS_URL}`]);
    }
  });

  it("tells all problems at once, one line each, in one order", () => {
    const found = problems({
      LOG_LEVEL: "loud",
      PORT: "80000",
      HEARTBEAT_MS: "499",
      MAX_ROOM: "5",
      ROOMS: "ok,not ok",
      HISTORY_PAGE: "10",
    });
    assertEquals(found.map((line) => line.split(/[=:]/)[0]), [
      "MAX_ROOM",
      "PORT",
      "ROOMS",
      "HEARTBEAT_MS",
      "LOG_LEVEL",
    ]);
  });

  it("keeps to one line for a value of several", () => {
    const [line, ...others] = problems({ LOG_FORMAT: "json\nLOG_LEVEL=debug\r\n\x1b[2J" });
    assertEquals(others, []);
    assert(!/\p{Cc}/u.test(line!), JSON.stringify(line));
    assertStringIncludes(line!, "LOG_FORMAT=json");
  });

  it("takes any token that a header can carry", () => {
    for (const token of ["secret", "open", "x".repeat(500), "a.b-c_d~e+f/g=!"]) {
      assertEquals(read({ WS_TOKEN: token }).WS_TOKEN, token);
    }
    assertEquals(problems({ WS_TOKEN: "two words" }).length, 1);
  });

  it("never shows a token, also not a bad one or one under a name that is nearly right", () => {
    for (const token of ["secret", "x".repeat(500)]) {
      for (const name of ["WS_TOKEN", "ADMIN_TOKEN", "METRICS_TOKEN"]) {
        const bad = problems({ [name]: `${token} é` });
        assertEquals(bad.length, 1);
        assert(!bad.join().includes(token));
      }
      const found = problems({ WS_TOKEN: token, WS_TOKENS: token, WS_TOKE: token, PORT: "x" });
      assertEquals(found.length, 3);
      assert(!found.join("\n").includes(token));
    }
  });

  it("knows which addresses only this machine can reach", () => {
    for (const host of ["127.0.0.1", "127.0.0.2", "127.255.255.254", "localhost", "::1"]) {
      assert(isLoopback(host), host);
    }
    const others = ["0.0.0.0", "::", "192.168.1.5", "10.0.0.127", "128.0.0.1", "1127.0.0.1"];
    const names = ["127.0.0.1.example.org", "localhost.example.org", "example.org", "127.0.0", ""];
    for (const host of [...others, ...names]) assert(!isLoopback(host), host);
  });
});

import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Environment, readConfig } from "../src/config.ts";

/** What shells, desktops, containers, build machines and other programs set. */
const COMMON = `
  HOME PATH USER LOGNAME SHELL PWD OLDPWD SHLVL TERM TERMINFO COLORTERM COLUMNS LINES LANG LANGUAGE
  LC_ALL LC_CTYPE TZ PS1 PS2 IFS EDITOR VISUAL PAGER LESS LESSOPEN LS_COLORS MAIL HOSTNAME HOSTTYPE
  HOSTALIASES OSTYPE MACHTYPE DISPLAY WAYLAND_DISPLAY XAUTHORITY XDG_SESSION_ID XDG_RUNTIME_DIR
  XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_DIRS DBUS_SESSION_BUS_ADDRESS SSH_CLIENT SSH_CONNECTION
  SSH_TTY SSH_AUTH_SOCK SSH_AGENT_PID GPG_TTY SUDO_USER SUDO_COMMAND TMPDIR TEMP TMP
  npm_config_cache npm_config_registry npm_config_user_agent npm_package_name npm_lifecycle_event
  NODE NODE_ENV NODE_OPTIONS NVM_DIR INIT_CWD DENO_DIR DENO_INSTALL NO_COLOR FORCE_COLOR CI DEBUG
  PORTS HOSTS KUBERNETES_PORT KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT SNUG_PORT SNUG_HOST
  GITHUB_TOKEN GITHUB_ACTIONS GH_TOKEN HF_TOKEN NPM_TOKEN CI_JOB_TOKEN RUNNER_OS DOCKER_HOST
  DB_HOST DB_PORT PGHOST PGPORT REDIS_URL DATABASE_URL STORE_DIR AWS_REGION AWS_SESSION_TOKEN
  http_proxy https_proxy no_proxy HTTP_PROXY NO_PROXY ALL_PROXY SSL_CERT_FILE NODE_EXTRA_CA_CERTS
  RUST_LOG GOPATH JAVA_HOME PYTHONPATH VIRTUAL_ENV INVOCATION_ID JOURNAL_STREAM LISTEN_FDS
  NOTIFY_SOCKET MEMORY_PRESSURE_WATCH SYSTEMD_EXEC_PID USERPROFILE APPDATA COMPUTERNAME SystemRoot
  ProgramFiles PATHEXT COMSPEC WT_SESSION TERM_PROGRAM TERM_SESSION_ID VSCODE_PID WSLENV _ 
`.trim().split(/\s+/);

const NEAR: [name: string, meant: string][] = [
  ["POR", "PORT"],
  ["PORR", "PORT"],
  ["port", "PORT"],
  ["PROT", "PORT"],
  ["HSOT", "HOST"],
  ["ROMOS", "ROOMS"],
  ["HOS", "HOST"],
  ["ROOM", "ROOMS"],
  ["WS_TOKE", "WS_TOKEN"],
  ["WS_TOKENS", "WS_TOKEN"],
  ["WS_TOEKN", "WS_TOKEN"],
  ["WSTOKEN", "WS_TOKEN"],
  ["ws_token", "WS_TOKEN"],
  ["STORE_URI", "STORE_URL"],
  ["STOREURL", "STORE_URL"],
  ["STORE_SINC", "STORE_SYNC"],
  ["ALLOWED_ORIGIN", "ALLOWED_ORIGINS"],
  ["ALOWED_ORIGIN", "ALLOWED_ORIGINS"],
  ["TRUSTED_PROXY", "TRUSTED_PROXIES"],
  ["JOIN_POLICIES", "JOIN_POLICY"],
  ["AUTH_HEADERS", "AUTH_HEADER"],
  ["MAX_CONECTIONS", "MAX_CONNECTIONS"],
  ["MAX_CONNECTION_PER_IP", "MAX_CONNECTIONS_PER_IP"],
  ["HEARTBEAT_SM", "HEARTBEAT_MS"],
  ["RESUME_LIMITS", "RESUME_LIMIT"],
  ["LOG_LEVELS", "LOG_LEVEL"],
  ["LOG-LEVEL", "LOG_LEVEL"],
  ["DRAINMS", "DRAIN_MS"],
];

function problems(environment: Environment): string[] {
  const result = readConfig(environment);
  return result.ok ? [] : result.problems;
}

describe("a variable that Snug does not know", () => {
  it("is not looked at when it is one that shells, containers and programs set", () => {
    assertEquals(COMMON.flatMap((name) => problems({ [name]: "x" })), []);
    assertEquals(problems(Object.fromEntries(COMMON.map((name) => [name, "x"]))), []);
  });

  it("is not looked at when its name means something to JavaScript", () => {
    const names = ["toString", "constructor", "__proto__", "hasOwnProperty", ""];
    assertEquals(problems(Object.fromEntries(names.map((name) => [name, "x"]))), []);
  });

  for (const [name, meant] of NEAR) {
    it(`stops the start when it is ${name}, which must be a slip for ${meant}`, () => {
      const line = `${name}: not a variable of Snug; expected ${meant}`;
      assertEquals(problems({ [name]: "the value" }), [line]);
      assertEquals(problems({ [name]: "" }), [line]);
    });
  }

  it("stops the start also beside the one that it was meant to be", () => {
    assertEquals(problems({ WS_TOKEN: "a", WS_TOKENS: "b" }).length, 1);
  });
});

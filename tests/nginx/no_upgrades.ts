import type { Change } from "../harness/nginx.ts";

/** nginx.conf without what lets upgrades through, as in many a tutorial. */
export const NO_UPGRADES: Change[] = [
  ["proxy_set_header Upgrade $http_upgrade;", ""],
  ["proxy_set_header Connection $connection_upgrade;", ""],
];

// What a store finds in the messages it keeps, as the core sees it. A store may lack it.
import type { Hit, RoomName } from "../protocol.ts";
import type { Reach } from "../reach.ts";
import type { PageSize } from "./store.ts";

export interface Sought {
  /** A query as `parseQuery` reads it. */
  text: string;
  reach: Reach;
  /** Only in this one. */
  room?: RoomName;
  /** Where an earlier search came to an end. */
  before?: number;
  size: PageSize;
}

/** Newest first, by when the text was written that the message has now. */
export interface Found {
  hits: Hit[];
  /** There may be more, from here on. A search looks only so far, so this may stand beside no hits. */
  before?: number;
}

export interface Search {
  /**
   * Finds messages as they are now, in what the reach covers. Finds all that `append` resolved for.
   * MUST take a bounded time, and hold up nothing else for long.
   */
  search(sought: Sought): Promise<Found>;
}

// The version of this Snug, from where the project states it.
import project from "../deno.json" with { type: "json" };

export const VERSION: string = project.version;

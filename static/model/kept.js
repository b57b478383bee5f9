// @ts-check
// What is loaded when it is first asked for, and then kept: the same promise each time, which settles
// within the turn. What failed is loaded again.

/** @template T @param {() => Promise<T>} load @returns {() => Promise<T>} */
export function kept(load) {
  /** @type {Promise<T> | undefined} */
  let loaded;
  return () =>
    loaded ??= load().catch((error) => {
      loaded = undefined;
      throw error;
    });
}

// Ids of every source look like those of a Redis stream, `1700000000000-0`: two
// whole numbers, so that any replica can tell which of two events came first.

/**
 * @param {string} id
 * @returns {readonly [number, number] | undefined} nothing for what is no id of ours.
 */
export function parseId(id) {
  const [, major, minor] = /^(\d{1,15})-(\d{1,15})$/.exec(id) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

/** @returns below 0 when `a` came first, above 0 when `b` did. */
export function compareIds([majorA, minorA], [majorB, minorB]) {
  return majorA - majorB || minorA - minorB;
}

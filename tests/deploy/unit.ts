// A systemd unit, read: its keys, and the values that each was given.

/** By `Section.Key`; a key that is given twice has both values. */
export function readUnit(text: string): Map<string, string[]> {
  const unit = new Map<string, string[]>();
  let section = "";
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name] = line.match(/^\[(\w+)\]$/) ?? [];
    if (name !== undefined) {
      section = name;
      continue;
    }
    const [key, value] = line.split(/=(.*)/s);
    const known = unit.get(`${section}.${key}`) ?? [];
    unit.set(`${section}.${key}`, [...known, value!]);
  }
  return unit;
}

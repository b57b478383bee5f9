-- Put before a script whose first KEYS are a room's head and log, and whose first ARGV say up to where
-- the log is known to go, and what its members here were given last. Where it has lost that, being shorter
-- or with something else in its place, those seqs must not come again in that epoch.
local known_epoch, known_seq, given_seq, given_ts, fresh_epoch = unpack(ARGV, 1, 5)
local function fenced(epoch, seq)
  if epoch ~= known_epoch then return epoch end
  local row = given_ts ~= '0' and redis.call('HGET', KEYS[2], given_seq)
  local is_other = row and string.match(row, '^%a+\n(%d+)') ~= given_ts
  if is_other or tonumber(seq) < tonumber(known_seq) then return fresh_epoch end
  return epoch
end

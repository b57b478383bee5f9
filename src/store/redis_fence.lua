-- Put before a script whose first KEYS are a room's head and log, and whose first ARGV are the last
-- that its members here were given. Where the log has lost that, being shorter or with something else in
-- its place, those seqs must not come again in that epoch.
local known_epoch, known_seq, known_ts, fresh_epoch = unpack(ARGV, 1, 4)
local function fenced(epoch, seq)
  if epoch ~= known_epoch then return epoch end
  local row = known_ts ~= '0' and redis.call('HGET', KEYS[2], known_seq)
  local is_other = row and string.match(row, '^%a+\n(%d+)') ~= known_ts
  if is_other or tonumber(seq) < tonumber(known_seq) then return fresh_epoch end
  return epoch
end

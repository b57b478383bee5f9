-- The head of a room's log. Where it has lost what was given out already, it has a new epoch.
local HEAD, LOG = unpack(KEYS)
local known_epoch, known_seq, known_ts, fresh_epoch = unpack(ARGV)

local epoch, seq, first, topic =
  unpack(redis.call('HMGET', HEAD, 'epoch', 'seq', 'first', 'topic'))
-- Something else may stand in the place of what was lost.
local function is_other()
  local ts = string.match(redis.call('HGET', LOG, known_seq) or '', '^%a+\n(%d+)')
  return ts and known_ts ~= '' and ts ~= known_ts
end

if not epoch and known_epoch == '' then return {} end
if not epoch then
  -- Else it would begin in the epoch of all logs to come, in which it was given out.
  epoch, seq, first, topic = fresh_epoch, '0', '1', '""'
  redis.call('HSET', HEAD, 'epoch', epoch, 'seq', seq, 'ts', '0', 'first', first, 'chat', '0',
    'topic', topic, 'bytes', '0')
elseif epoch == known_epoch and (tonumber(seq) < tonumber(known_seq) or is_other()) then
  epoch = fresh_epoch
  redis.call('HSET', HEAD, 'epoch', epoch)
end
return { epoch, seq, first, topic }

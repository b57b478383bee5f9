-- The head of a room's log. Where it has lost what was given out already, it has a new epoch.
local HEAD, LOG = unpack(KEYS)
local known_epoch, known_seq, known_ts, fresh_epoch = unpack(ARGV)

local epoch, seq, first, topic =
  unpack(redis.call('HMGET', HEAD, 'epoch', 'seq', 'first', 'topic'))
if has_lost(LOG, epoch, seq, known_epoch, known_seq, known_ts) then
  if not epoch then
    -- Else it would begin in the epoch of all logs to come, in which it was given out.
    seq, first, topic = '0', '1', '""'
    redis.call('HSET', HEAD, 'seq', seq, 'ts', '0', 'first', first, 'chat', '0', 'topic', topic,
      'bytes', '0')
  end
  epoch = fresh_epoch
  redis.call('HSET', HEAD, 'epoch', epoch)
end
if not epoch then return {} end
return { epoch, seq, first, topic }

-- The head of a room's log. Where it has lost what was given out already, it has a new epoch.
local HEAD = KEYS[1]
local known_epoch, known_seq, fresh_epoch = unpack(ARGV)

local epoch, seq, first, topic =
  unpack(redis.call('HMGET', HEAD, 'epoch', 'seq', 'first', 'topic'))
if not epoch and known_epoch == '' then return {} end
if not epoch then
  -- Else it would begin in the epoch of all logs to come, in which it was given out.
  epoch, seq, first, topic = fresh_epoch, '0', '1', '""'
  redis.call('HSET', HEAD, 'epoch', epoch, 'seq', seq, 'ts', '0', 'first', first, 'chat', '0',
    'topic', topic, 'bytes', '0')
elseif epoch == known_epoch and tonumber(seq) < tonumber(known_seq) then
  epoch = fresh_epoch
  redis.call('HSET', HEAD, 'epoch', epoch)
end
return { epoch, seq, first, topic }

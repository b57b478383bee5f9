-- The head of a room's log, which has a new epoch where it was lost, or a part of it; after
-- redis_fence.lua.
local HEAD = KEYS[1]

local epoch, seq, first, topic, ts =
  unpack(redis.call('HMGET', HEAD, 'epoch', 'seq', 'first', 'topic', 'ts'))
if not epoch and known_epoch == '' then return {} end
if not epoch then
  -- Else it would begin in the epoch of all logs to come, in which it was given out.
  epoch, seq, first, topic, ts = fresh_epoch, '0', '1', '""', '0'
  redis.call('HSET', HEAD, 'epoch', epoch, 'seq', seq, 'ts', ts, 'first', first, 'chat', '0',
    'topic', topic, 'bytes', '0')
else
  local now = fenced(epoch, seq)
  if now ~= epoch then redis.call('HSET', HEAD, 'epoch', now) end
  epoch = now
end
return { epoch, seq, first, topic, ts }

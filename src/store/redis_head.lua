-- The head of a room's log, which has a new epoch where it was lost in part; after redis_fence.lua.
local HEAD = KEYS[1]

local epoch, seq, first, topic, ts =
  unpack(redis.call('HMGET', HEAD, 'epoch', 'seq', 'first', 'topic', 'ts'))
if not epoch then return {} end
local now = fenced(epoch, seq)
if now ~= epoch then redis.call('HSET', HEAD, 'epoch', now) end
return { now, seq, first, topic, ts }

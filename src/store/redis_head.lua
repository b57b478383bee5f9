-- The head of a room's log. Where it has lost what was given out already, it has a new epoch.
local HEAD = KEYS[1]
local known_epoch, known_seq, fresh_epoch = unpack(ARGV)

local epoch, seq, first, topic =
  unpack(redis.call('HMGET', HEAD, 'epoch', 'seq', 'first', 'topic'))
if not epoch then return {} end
if epoch == known_epoch and tonumber(seq) < tonumber(known_seq) then
  epoch = fresh_epoch
  redis.call('HSET', HEAD, 'epoch', epoch)
end
return { epoch, seq, first, topic }

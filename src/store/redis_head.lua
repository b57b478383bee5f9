-- The head of a room's log. Where it has lost what was given out already, it has a new epoch.
local HEAD = KEYS[1]
local known_epoch, known_seq, fresh_epoch = unpack(ARGV)

local epoch, seq, first, topic =
  unpack(redis.call('HMGET', HEAD, 'epoch', 'seq', 'first', 'topic'))
if known_epoch ~= '' and (not epoch or (epoch == known_epoch and tonumber(seq) < tonumber(known_seq))) then
  -- Also where nothing is left: who comes next knows no more of what was given out than this.
  epoch, seq, first, topic = fresh_epoch, seq or '0', first or '1', topic or '""'
  redis.call('HSET', HEAD, 'epoch', epoch, 'seq', seq, 'first', first, 'topic', topic)
end
if not epoch then return {} end
return { epoch, seq, first, topic }

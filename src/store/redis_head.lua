-- The head of a room's log. Where it has lost what was given out already, it has a new epoch.
local HEAD = KEYS[1]
local known_epoch, known_seq, fresh_epoch = unpack(ARGV)

local epoch, seq, first, topic =
  unpack(redis.call('HMGET', HEAD, 'epoch', 'seq', 'first', 'topic'))
if not epoch and known_epoch ~= '' then
  -- Who comes next knows no more of what was given out than this.
  redis.call('HSET', HEAD, 'epoch', fresh_epoch, 'seq', '0', 'ts', '0', 'first', '1', 'chat', '0',
    'topic', '""', 'bytes', '0')
  return { fresh_epoch, '0', '1', '""' }
end
if not epoch then return {} end
if epoch == known_epoch and tonumber(seq) < tonumber(known_seq) then
  epoch = fresh_epoch
  redis.call('HSET', HEAD, 'epoch', epoch)
end
return { epoch, seq, first, topic }

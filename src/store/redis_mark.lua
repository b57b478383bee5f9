-- Raises somebody's marker in a room, and forgets what was meant for them up to there; and what has
-- to do with guests who have not been there for long.
local HEAD, _, _, MARKS, MENTIONS, _, READERS, GUESTS = unpack(KEYS)
local uid, user, seq, at, is_guest, expired = unpack(ARGV)

if redis.call('EXISTS', HEAD) == 0 then return 0 end
local known = string.match(redis.call('HGET', MARKS, uid) or '', '^%d+') or '0'
if tonumber(known) > tonumber(seq) then seq = known end
redis.call('HSET', MARKS, uid, seq .. ' ' .. user)
redis.call('ZADD', READERS, at, uid)

local left = {}
for mention in string.gmatch(redis.call('HGET', MENTIONS, uid) or '', '%d+') do
  if tonumber(mention) > tonumber(seq) then left[#left + 1] = mention end
end
if #left > 0 then
  redis.call('HSET', MENTIONS, uid, table.concat(left, ' '))
else
  redis.call('HDEL', MENTIONS, uid)
end

if is_guest == '1' then redis.call('ZADD', GUESTS, at, uid) end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', GUESTS, '-inf', expired, 'LIMIT', 0, 100)) do
  redis.call('HDEL', MARKS, gone)
  redis.call('HDEL', MENTIONS, gone)
  redis.call('ZREM', READERS, gone)
  redis.call('ZREM', GUESTS, gone)
end
return 1

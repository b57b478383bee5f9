-- All rows of a room with after < seq <= up to; nothing where they are too many or too large, no
-- longer all kept, or those of another log; after redis_fence.lua.
local HEAD, LOG = unpack(KEYS)
local after, up_to, limit, bytes = unpack(ARGV, 6)
after, limit, bytes = tonumber(after), tonumber(limit), tonumber(bytes)
local BLOCK = 100

local seq, first, epoch = unpack(redis.call('HMGET', HEAD, 'seq', 'first', 'epoch'))
if not seq then return {} end
local now = fenced(epoch, seq)
if now ~= epoch then
  redis.call('HSET', HEAD, 'epoch', now)
  return false
end
local last = math.min(tonumber(up_to), tonumber(seq))
if after < tonumber(first) - 1 or last - after > limit then return false end

local rows = {}
for from = after + 1, last, BLOCK do
  local seqs = {}
  for at = from, math.min(last, from + BLOCK - 1) do
    seqs[#seqs + 1] = string.format('%.0f', at)
  end
  for _, row in ipairs(redis.call('HMGET', LOG, unpack(seqs))) do
    -- The text alone is about as large in JSON; what else is in a row is not over 1000 bytes.
    bytes = bytes - #row + 1000
    if bytes < 0 then return false end
    rows[#rows + 1] = row
  end
end
return rows

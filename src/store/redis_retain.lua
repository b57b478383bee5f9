-- Takes the oldest entries of a room out of its log, with their refs, their files and what was done
-- to them: those before a time and all but the newest so many; at most `most` of them.
local HEAD, LOG, REFS, _, _, MESSAGE, _, _, FILES, _, WASTE = unpack(KEYS)
local since, newest, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local seq, first, bytes = unpack(redis.call('HMGET', HEAD, 'seq', 'first', 'bytes'))
if not seq then return {} end
seq, first, bytes = tonumber(seq), tonumber(first), tonumber(bytes)

local seqs, oldest = {}, nil
while first <= seq do
  local at = string.format('%.0f', first)
  local row = redis.call('HGET', LOG, at)
  local kind, ts, uid, files, ref =
    string.match(row, '^(%a+)\n(%d+)\n([^\n]*)\n[^\n]*\n%d*\n[^\n]*\n([^\n]*)\n([^\n]*)\n%d+$')
  oldest = ts
  if #seqs == most or (tonumber(ts) >= since and first > seq - newest) then break end
  seqs[#seqs + 1] = at
  if ref ~= '' then redis.call('HDEL', REFS, ref .. '\n' .. uid) end
  for _, file in ipairs(files ~= '' and cjson.decode(files) or {}) do
    if redis.call('HDEL', FILES, file.id) == 1 then
      redis.call('ZADD', WASTE, string.format('%.0f', file.bytes), file.id)
    end
  end
  if kind == 'chat' then
    local message = MESSAGE .. at
    for emoji in string.gmatch(redis.call('HGET', message, 'shown') or '', '%d+ %d+ ([^\n]+)') do
      redis.call('UNLINK', message .. ':' .. emoji)
    end
    redis.call('UNLINK', message)
  end
  first, bytes, oldest = first + 1, bytes - #row, nil
end
if #seqs > 0 then
  redis.call('HDEL', LOG, unpack(seqs))
  redis.call('HSET', HEAD, 'first', string.format('%.0f', first), 'bytes',
    string.format('%.0f', bytes))
end
return { #seqs, string.format('%.0f', first), string.format('%.0f', bytes), oldest or '' }

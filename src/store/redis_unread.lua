-- What is unread in a room, from a marker or a later seq on: messages of others, and mentions.
local HEAD, LOG, _, MARKS, MENTIONS = unpack(KEYS)
local uid, uid_json, after, oldest, most, looked_at = unpack(ARGV)
most, looked_at = tonumber(most), tonumber(looked_at)

local BLOCK = 100

local seq, first = unpack(redis.call('HMGET', HEAD, 'seq', 'first'))
local marker = seq and string.match(redis.call('HGET', MARKS, uid) or '', '^%d+') or '0'
if tonumber(marker) == 0 and after == '' then return false end
if not seq then return { 0, 0 } end
local from = math.max(math.min(tonumber(marker), tonumber(seq)), tonumber(after) or 0,
  tonumber(oldest) - 1, tonumber(first) - 1)

-- Whose message that is; nothing: it is no message, or not there. Of a text, which may be long, only
-- the beginning is taken: one that is not there is "", and no file stands between the line breaks.
local function author(row)
  local kind, author, text, files =
    string.match(row or '', '^(%a+)\n%d+\n([^\n]*)\n[^\n]*\n%d*\n(..)(.?.?)')
  if kind == 'chat' and (text ~= '""' or files ~= '\n\n') then return author end
end

local unread, mentions = 0, 0
local last = math.min(tonumber(seq), from + looked_at)
for block = from + 1, last, BLOCK do
  if unread >= most then break end
  local seqs = {}
  for at = block, math.min(last, block + BLOCK - 1) do
    seqs[#seqs + 1] = string.format('%.0f', at)
  end
  for _, row in ipairs(redis.call('HMGET', LOG, unpack(seqs))) do
    if (author(row) or uid_json) ~= uid_json then unread = unread + 1 end
  end
end
for mention in string.gmatch(redis.call('HGET', MENTIONS, uid) or '', '%d+') do
  if tonumber(mention) > from and author(redis.call('HGET', LOG, mention)) then
    mentions = mentions + 1
  end
end
return { math.min(unread, most), mentions }

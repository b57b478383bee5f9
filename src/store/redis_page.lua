-- The newest messages of a room before a seq, in present form: from each to the one before it, so
-- that what lies between is not read.
local HEAD, LOG, MESSAGE = unpack(KEYS)
local before, limit, uid = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local max_named = tonumber(ARGV[4])

local seq, first, at, topic = unpack(redis.call('HMGET', HEAD, 'seq', 'first', 'chat', 'topic'))
if not seq then return {} end
first = tonumber(first)

local ROW = '^(%a+)\n.*\n(%d+)$'
if before <= tonumber(seq) then
  local row = redis.call('HGET', LOG, string.format('%.0f', before - 1))
  local kind, previous
  if row then kind, previous = string.match(row, ROW) end
  at = kind == 'chat' and string.format('%.0f', before - 1) or previous or '0'
end

-- When it was last edited, and to what.
local function edited(message)
  local edits = redis.call('HGET', message, 'edits') or ''
  local edit = string.match(edits, '^.* (%d+)$') or edits
  local row = edit ~= '' and redis.call('HGET', LOG, edit)
  if not row then return '', '' end
  local ts, text = string.match(row, '^%a+\n(%d+)\n[^\n]*\n[^\n]*\n%d*\n([^\n]*)\n')
  return ts, text
end

-- The first who react with an emoji, as JSON.
local function named(message, emoji)
  local users = {}
  for _, at in ipairs(redis.call('ZRANGE', message .. ':' .. emoji, 0, max_named - 1)) do
    local uid, user =
      string.match(redis.call('HGET', LOG, at), '^%a+\n%d+\n([^\n]*)\n([^\n]*)\n')
    users[#users + 1] = '{"uid":' .. uid .. ',"user":' .. user .. '}'
  end
  return '[' .. table.concat(users, ',') .. ']'
end

local found = { seq, topic, 0 }
while tonumber(at) >= first do
  if limit == 0 then
    found[3] = 1
    break
  end
  limit = limit - 1
  local row, message = redis.call('HGET', LOG, at), MESSAGE .. at
  local edited_ts, text = edited(message)
  local shown, mine = redis.call('HGET', message, 'shown') or '', {}
  local users = {}
  for emoji in string.gmatch(shown, '%d+ %d+ ([^\n]+)') do
    local standing = redis.call('HGET', message, emoji .. '\n' .. uid)
    if standing and string.sub(standing, 1, 1) == '+' then mine[#mine + 1] = emoji end
    users[#users + 1] = named(message, emoji)
  end
  local reacted = { shown, table.concat(mine, '\n'), table.concat(users, '\n') }
  for _, part in ipairs({ at, row, edited_ts, text, unpack(reacted) }) do
    found[#found + 1] = part
  end
  -- From its beginning: else each digit of a text would be tried as the first one.
  at = string.match(row, '^.*\n(%d+)$')
end
return found

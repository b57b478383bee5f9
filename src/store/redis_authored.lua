-- The rows of one author in a part of a room's log, each after its seq. With a name for them: puts
-- that under them, and takes the texts of topics and edits out.
local HEAD, LOG = unpack(KEYS)
local uid, from, up_to, user = unpack(ARGV)

local first, bytes = unpack(redis.call('HMGET', HEAD, 'first', 'bytes'))
if not first then return {} end
local found = {}
for at = math.max(tonumber(from), tonumber(first)), tonumber(up_to) do
  local field = string.format('%.0f', at)
  local row = redis.call('HGET', LOG, field)
  local kind, ts, author, _, of, text, rest =
    string.match(row or '', '^(%a+)\n(%d+)\n([^\n]*)\n([^\n]*)\n(%d*)\n([^\n]*)\n(.*)$')
  if author == uid then
    found[#found + 1] = field
    found[#found + 1] = row
    if user then
      if kind == 'edited' or kind == 'topic' then text = '""' end
      local disowned = table.concat({ kind, ts, uid, user, of, text, rest }, '\n')
      redis.call('HSET', LOG, field, disowned)
      bytes = bytes + #disowned - #row
    end
  end
end
if user then redis.call('HSET', HEAD, 'bytes', string.format('%.0f', bytes)) end
return found

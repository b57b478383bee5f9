-- Appends the drafts of one room, each judged by what the log holds when its turn comes, and tells
-- those who follow the room; after redis_fence.lua. KEYS: see `Keys.log`. What is compared and what is
-- stored of users, texts and emoji are JSON literals, so no column of a row holds a line break.
local HEAD, LOG, REFS, MARKS, MENTIONS, MESSAGE, _, _, FILES, WAITING, WASTE = unpack(KEYS)
local channel, origin, max_emoji, max_mentions = unpack(ARGV, 6, 9)
local COLUMNS = 12

local epoch, seq, ts, first, newest_chat, topic, bytes =
  unpack(redis.call('HMGET', HEAD, 'epoch', 'seq', 'ts', 'first', 'chat', 'topic', 'bytes'))
seq, ts, bytes = tonumber(seq or 0), tonumber(ts or 0), tonumber(bytes or 0)
first, newest_chat, topic = first or '1', newest_chat or '0', topic or '""'

if epoch then epoch = fenced(epoch, seq) end

local function text_of(number) return string.format('%.0f', number) end

-- kind, ts, uid, user, of, text, files, ref, previous chat
local ROW = '^(%a+)\n(%d+)\n([^\n]*)\n([^\n]*)\n(%d*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n(%d+)$'
local function read(at)
  local row = redis.call('HGET', LOG, at)
  if row then return string.match(row, ROW) end
end
local function write(at, ...)
  local row = table.concat({ ... }, '\n')
  redis.call('HSET', LOG, at, row)
  bytes = bytes + #row
end
local function empty(at)
  local row = redis.call('HGET', LOG, at)
  local kind, at_ts, uid, user, of, _, _, ref, previous = string.match(row, ROW)
  bytes = bytes - #row
  write(at, kind, at_ts, uid, user, of, '""', '', ref, previous)
end

-- Of a file: whose, since when, when it was said, and what is shown of it.
local FILE = '^([^\n]*)\n(%d+)\n(%d*)\n(.*)$'
-- What a message shows of files; nothing: not all of them may go into it.
local function claimable(ids, uid)
  local shown = {}
  for id in string.gmatch(ids, '%x+') do
    local by, _, said, file = string.match(redis.call('HGET', FILES, id) or '', FILE)
    if by ~= uid or said ~= '' then return nil end
    shown[#shown + 1] = file
  end
  return '[' .. table.concat(shown, ',') .. ']'
end
local function claim(ids, said)
  for id in string.gmatch(ids, '%x+') do
    local by, since, _, file = string.match(redis.call('HGET', FILES, id), FILE)
    redis.call('HSET', FILES, id, table.concat({ by, since, said, file }, '\n'))
    redis.call('ZREM', WAITING, id)
  end
end
local function release(files)
  if files == '' then return end
  for _, file in ipairs(cjson.decode(files)) do
    if redis.call('HDEL', FILES, file.id) == 1 then
      redis.call('ZADD', WASTE, string.format('%.0f', file.bytes), file.id)
    end
  end
end

-- What is shown of reactions: lines of since which seq, how many, and which emoji.
local function shown_of(message)
  local shown = {}
  for since, count, emoji in
    string.gmatch(redis.call('HGET', message, 'shown') or '', '(%d+) (%d+) ([^\n]+)')
  do
    shown[#shown + 1] = { since, tonumber(count), emoji }
  end
  return shown
end
local function count(message, emoji, by, at)
  local lines, found = {}, false
  for _, one in ipairs(shown_of(message)) do
    if one[3] == emoji then
      one[2] = one[2] + by
      found = true
    end
    if one[2] > 0 then lines[#lines + 1] = one[1] .. ' ' .. one[2] .. ' ' .. one[3] end
  end
  if not found then lines[#lines + 1] = at .. ' 1 ' .. emoji end
  redis.call('HSET', message, 'shown', table.concat(lines, '\n'))
end

-- Why a change can't be, or the entry that did it already.
local function judge(kind, uid, of, text, from, is_moderator)
  local its_kind, its_ts, its_uid, _, _, its_text, its_files = read(of)
  local is_there = its_kind == 'chat' and (its_text ~= '""' or its_files ~= '')
  if not is_there or tonumber(its_ts) < tonumber(from) then return 'missing' end
  if kind == 'edited' or kind == 'deleted' then
    if uid ~= its_uid and not (kind == 'deleted' and is_moderator == '1') then return 'foreign' end
    return nil, its_uid
  end
  local message = MESSAGE .. of
  local standing = redis.call('HGET', message, text .. '\n' .. uid)
  local is_on = standing and string.sub(standing, 1, 1) == '+' or false
  if is_on == (kind == 'reaction') then
    local at = standing and string.sub(standing, 2) or of
    local _, at_ts = read(at)
    return at .. ' ' .. at_ts .. ' 0'
  end
  if is_on then return nil end
  local shown = shown_of(message)
  for _, one in ipairs(shown) do if one[3] == text then return nil end end
  if #shown >= tonumber(max_emoji) then return 'many' end
end

local function change(kind, uid, of, text, at)
  local message = MESSAGE .. of
  if kind == 'edited' then
    local edits = redis.call('HGET', message, 'edits')
    redis.call('HSET', message, 'edits', edits and edits .. ' ' .. at or at)
  elseif kind == 'deleted' then
    local _, _, _, _, _, _, files = read(of)
    release(files)
    empty(of)
    for edit in string.gmatch(redis.call('HGET', message, 'edits') or '', '%d+') do empty(edit) end
    for _, one in ipairs(shown_of(message)) do redis.call('DEL', message .. ':' .. one[3]) end
    redis.call('DEL', message)
  else
    -- Beside the message, for each emoji: the seqs of those who react with it, in their order.
    local standing, who = text .. '\n' .. uid, message .. ':' .. text
    if kind == 'reaction' then
      count(message, text, 1, at)
      redis.call('ZADD', who, at, at)
      redis.call('HSET', message, standing, '+' .. at)
    else
      count(message, text, -1, at)
      redis.call('ZREM', who, string.sub(redis.call('HGET', message, standing), 2))
      redis.call('HSET', message, standing, '-' .. at)
    end
  end
end

local function mention(uid, at)
  if redis.call('HEXISTS', MARKS, uid) == 0 then return end
  local seqs = {}
  for one in string.gmatch(redis.call('HGET', MENTIONS, uid) or '', '%d+') do
    seqs[#seqs + 1] = one
  end
  seqs[#seqs + 1] = at
  if #seqs > tonumber(max_mentions) then table.remove(seqs, 1) end
  redis.call('HSET', MENTIONS, uid, table.concat(seqs, ' '))
end

local outcomes, news, first_new, newest_ts = {}, {}, nil, ts
for base = 10, #ARGV, COLUMNS do
  local kind, draft_epoch, draft_ts, uid, user, of, text, ref, from, is_moderator, mentions, ids =
    unpack(ARGV, base, base + COLUMNS - 1)
  local is_change = kind ~= 'chat' and kind ~= 'topic'
  local ref_key = ref ~= '' and ref .. '\n' .. uid or nil
  local known = epoch and ref_key and redis.call('HGET', REFS, ref_key)
  local outcome, author
  local files = ''
  if is_change and not epoch then
    outcome = 'missing'
  elseif known then
    local _, known_ts = read(known)
    outcome = known .. ' ' .. known_ts .. ' 0'
  elseif is_change then
    outcome, author = judge(kind, uid, of, text, from, is_moderator)
  elseif ids ~= '' then
    files = claimable(ids, uid)
    if not files then outcome = 'file' end
  end
  if not outcome then
    -- A log that was lost never begins in the epoch that it had.
    epoch = epoch or (known_epoch ~= '' and fresh_epoch or draft_epoch)
    seq = seq + 1
    ts = math.max(ts, tonumber(draft_ts))
    local at, at_ts = text_of(seq), text_of(ts)
    first_new = first_new or at
    if is_change then change(kind, uid, of, text, at) end
    local kept = kind == 'deleted' and '' or text
    write(at, kind, at_ts, uid, user, of, kept, files, ref, newest_chat)
    news[#news + 1] = table.concat({ kind, at_ts, uid, user, of, kept, files }, '\n')
    if ref_key then redis.call('HSET', REFS, ref_key, at) end
    if kind == 'chat' then
      newest_chat = at
      claim(ids, at_ts)
      for mentioned in string.gmatch(mentions, '[^\n]+') do mention(mentioned, at) end
    elseif kind == 'topic' then
      topic = text
    end
    outcome = at .. ' ' .. at_ts .. ' 1'
    if author and author ~= uid then outcome = outcome .. ' ' .. author end
    if files ~= '' then outcome = outcome .. ' ' .. files end
  end
  outcomes[#outcomes + 1] = outcome
end

if epoch then
  -- Also where nothing is new: replicas are waited for up to the last write.
  redis.call('HSET', HEAD, 'epoch', epoch, 'seq', text_of(seq), 'ts', text_of(ts), 'first', first,
    'chat', newest_chat, 'topic', topic, 'bytes', text_of(bytes))
end
if #news > 0 then
  local place = table.concat({ origin, epoch, first_new, text_of(newest_ts) }, '\n')
  redis.call('PUBLISH', channel, place .. '\n' .. table.concat(news, '\n'))
end
outcomes[#outcomes + 1] = epoch or ''
return outcomes

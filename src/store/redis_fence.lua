-- Whether a log has lost what a server knows of it: it is gone or shorter, or something else stands in
-- the place of the last entry. The seqs of those must not come again in that epoch. Before other scripts.
local function has_lost(log, epoch, seq, known_epoch, known_seq, known_ts)
  if known_epoch == '' then return false end
  if not epoch then return true end
  if epoch ~= known_epoch then return false end
  if tonumber(seq) < tonumber(known_seq) then return true end
  local ts = string.match(redis.call('HGET', log, known_seq) or '', '^%a+\n(%d+)')
  return ts ~= nil and known_ts ~= '' and ts ~= known_ts
end


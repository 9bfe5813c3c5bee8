#!lua flags=no-cluster
-- Commits one batch, all of it or nothing. Redis never rolls back, so every check comes before the first change: the
-- rights of the account, too, which may have fallen away since they were proved. The shebang makes Redis refuse the
-- whole script at its start where it takes no changes (memory, disk, replicas), not halfway through.
--
-- KEYS  meta, log, the record of the batch's name, then in this order: expected documents, indexes with an expected
--       highest member, bounded indexes, written documents, indexes, histories
-- ARGV  epoch, deadline (ms by the clock of this Redis), retention, the channel or nothing, the text to store under the
--       batch's name and for how many ms (0 where the batch has no name), the trace or nothing, "+" or "-" for each index, "+" or "-" for each entry
--       that is published or not, the numbers of expected documents, of highest members, of bounded indexes and of
--       written documents; then for each in turn:
--       expected   "+" and as the next one the text, or "-" where there must be none
--       highest    the member that must be above all that the index has
--       bounded    how many members the index may have
--       written    the text
--       indexes    the member
--       histories  the entry without its id and its closing brace: what comes before the text of a written document,
--                  the number of that document, what comes after it; or all of it, 0 and nothing
-- Returns {"done", seq}, {"known", the stored record}, {"conflict"}, {"below", the highest member}, {"full", the
-- number of the bounded index}, {"late"}, {"forbidden", the words of a command that the account may not run}, or
-- {"epoch"} where the store has another epoch.
local call = redis.call
local meta, log, once = KEYS[1], KEYS[2], KEYS[3]
local epoch, deadline, retention, channel, remember, keep, trace, signs, published = unpack(ARGV, 1, 9)
local expected, highest = tonumber(ARGV[10]), tonumber(ARGV[11])
local bounded, written = tonumber(ARGV[12]), tonumber(ARGV[13])
local named = keep ~= '0'
local k, a = 3, 13

if call('HGET', meta, 'epoch') ~= epoch then return {'epoch'} end
local known = named and call('GET', once)
if known then return {'known', known} end
-- A command may wait in a connection for long before Redis reads it; its sender has given up by then.
local now = call('TIME')
if now[1] * 1000 + now[2] / 1000 > tonumber(deadline) then return {'late'} end
for n = 1, expected do
  a = a + 1
  local wanted = false
  if ARGV[a] == '+' then a = a + 1; wanted = ARGV[a] end
  if call('GET', KEYS[k + n]) ~= wanted then return {'conflict'} end
end
k = k + expected
for n = 1, highest do
  -- Redis compares bytes, Lua by the locale.
  local found = call('ZREVRANGEBYLEX', KEYS[k + n], '+', '[' .. ARGV[a + n], 'LIMIT', 0, 1)
  if found[1] then return {'below', found[1]} end
end
-- Where the keys and the arguments of bounded indexes begin.
local bounded_keys, bounds = k + highest, a + highest
k, a = bounded_keys + bounded, bounds + bounded

-- Where the keys and the arguments of each kind begin.
local indexes = #signs
local index_keys, history_keys = k + written, k + written + indexes
local members, entries = a + written, a + written + indexes
local histories = #KEYS - history_keys
local function is_added(n) return string.byte(signs, n) == 43 end
local function is_published(n) return channel ~= '' and string.byte(published, n) == 43 end
-- Only a member that is new asks for room. What leaves the index in the same batch gives its room back.
local function is_full(index, limit)
  local after = {}
  for n = 1, indexes do
    if KEYS[index_keys + n] == index then after[ARGV[members + n]] = is_added(n) end
  end
  local size, gains = call('ZCARD', index), false
  for member, is_in in pairs(after) do
    -- Like ZSCORE, which accounts have no right to.
    local was_in = #call('ZREVRANGEBYLEX', index, '[' .. member, '[' .. member) > 0
    if is_in and not was_in then size, gains = size + 1, true end
    if was_in and not is_in then size = size - 1 end
  end
  return gains and size > limit
end

for n = 1, bounded do
  if is_full(KEYS[bounded_keys + n], tonumber(ARGV[bounds + n])) then return {'full', tostring(n)} end
end

local forbidden
local function need(...)
  if not forbidden and not redis.acl_check_cmd(...) then forbidden = {'forbidden', ...} end
end
-- ZCARD and LRANGE fail on a key of another type.
for n = 1, written do need('SET', KEYS[k + n], '') end
for n = 1, indexes do
  local index = KEYS[index_keys + n]
  call('ZCARD', index)
  if is_added(n) then need('ZADD', index, '0', '') else need('ZREM', index, '') end
end
for n = 1, histories do
  call('LRANGE', KEYS[history_keys + n], 1, 0)
  need('RPUSH', KEYS[history_keys + n], '')
  if is_published(n) then need('PUBLISH', channel, '') end
end
if histories > 0 then
  need('HINCRBY', meta, 'seq', '1')
  need('XADD', log, 'MAXLEN', '~', retention, '1-0', 'entry', '')
end
if named then need('SET', once, '', 'PX', keep) end
if forbidden then return forbidden end

local seq
for n = 1, histories do
  -- '%.0f': plain concatenation would write 1e+14.
  seq = string.format('%.0f', call('HINCRBY', meta, 'seq', '1'))
  local at = entries + 3 * n
  local document = ARGV[a + ARGV[at - 1]]
  if ARGV[at - 1] == '0' then document = '' end
  local entry = ARGV[at - 2] .. document .. ARGV[at] .. ',"id":"' .. epoch .. '-' .. seq .. '"}'
  local added
  if trace == '' then
    added = redis.pcall('XADD', log, 'MAXLEN', '~', retention, seq .. '-0', 'entry', entry)
  else
    -- The entry comes last: readers that do not know of traces take the last field.
    added = redis.pcall('XADD', log, 'MAXLEN', '~', retention, seq .. '-0', 'trace', trace, 'entry', entry)
  end
  -- A log that goes on after its end, or is none, refuses the first entry: its number is all that has changed.
  if added.err then
    call('HINCRBY', meta, 'seq', '-1')
    return added
  end
  call('RPUSH', KEYS[history_keys + n], entry)
  if is_published(n) then call('PUBLISH', channel, entry) end
end
seq = seq or call('HGET', meta, 'seq')
for n = 1, written do call('SET', KEYS[k + n], ARGV[a + n]) end
for n = 1, indexes do
  local index, member = KEYS[index_keys + n], ARGV[members + n]
  if is_added(n) then call('ZADD', index, '0', member) else call('ZREM', index, member) end
end
if named then call('SET', once, epoch .. '-' .. seq .. ' ' .. remember, 'PX', keep) end
return {'done', seq}

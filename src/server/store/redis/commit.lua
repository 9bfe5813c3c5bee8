#!lua flags=no-cluster
-- Commits one batch, all of it or nothing. Redis never rolls back, so every check comes before the first change: the
-- rights of the account, too, which may have fallen away since they were proved. The shebang makes Redis refuse the
-- whole script at its start where it takes no changes (memory, disk, replicas), not halfway through.
--
-- KEYS  meta, log, the record of the batch's name, then in this order: expected documents, indexes with an expected
--       highest member, written documents, indexes, histories
-- ARGV  epoch, deadline (ms by the clock of this Redis), retention, the channel or nothing, the text to store under the
--       batch's name and for how many ms, the trace or nothing, then five counts and, for each in turn:
--       expected   "+" and the text, or "-" where there must be none
--       highest    the member that must be above all that the index has
--       written    the text
--       indexes    "+" or "-", and the member
--       histories  the entry without its id and its closing brace
-- Returns {"done", seq}, {"known", the stored record}, {"conflict"}, {"below", the highest member}, {"late"},
-- {"forbidden", the words of a command that the account may not run}, or {"epoch"} where the store has another epoch.
local k, a = 0, 0
local function key() k = k + 1; return KEYS[k] end
local function arg() a = a + 1; return ARGV[a] end

local meta, log, once = key(), key(), key()
local epoch, deadline, retention, channel, remember, keep = arg(), tonumber(arg()), arg(), arg(), arg(), arg()
local trace = arg()
local expected, highest = tonumber(arg()), tonumber(arg())
local written, indexes, histories = tonumber(arg()), tonumber(arg()), tonumber(arg())

if redis.call('HGET', meta, 'epoch') ~= epoch then return {'epoch'} end
local known = redis.call('GET', once)
if known then return {'known', known} end
-- A command may wait in a connection for long before Redis reads it; its sender has given up by then.
local now = redis.call('TIME')
if now[1] * 1000 + now[2] / 1000 > deadline then return {'late'} end
for _ = 1, expected do
  local found, wanted = redis.call('GET', key()), arg()
  if (found and '+' .. found or '-') ~= wanted then return {'conflict'} end
end
for _ = 1, highest do
  -- Redis compares bytes, Lua by the locale.
  local found = redis.call('ZREVRANGEBYLEX', key(), '+', '[' .. arg(), 'LIMIT', 0, 1)
  if found[1] then return {'below', found[1]} end
end

local changes = {}
local function change(...) changes[#changes + 1] = {...} end

for _ = 1, written do change('SET', key(), arg()) end
for _ = 1, indexes do
  local sign, index, member = arg(), key(), arg()
  -- Fails on a key of another type.
  redis.call('ZCARD', index)
  if sign == '+' then change('ZADD', index, '0', member) else change('ZREM', index, member) end
end
-- '%.0f': plain concatenation would write 1e+14.
local function after(seq) return string.format('%.0f', seq + 1) end
local seq = redis.call('HGET', meta, 'seq')
if histories > 0 and redis.call('XRANGE', log, after(seq) .. '-0', '+', 'COUNT', 1)[1] then
  return redis.error_reply('ERR the log goes on after its end')
end
for _ = 1, histories do
  seq = after(seq)
  local history, entry = key(), arg() .. ',"id":"' .. epoch .. '-' .. seq .. '"}'
  redis.call('LRANGE', history, 0, 0)
  -- The entry comes last: readers that do not know of traces take the last field.
  local fields = trace == '' and {'entry', entry} or {'trace', trace, 'entry', entry}
  change('HINCRBY', meta, 'seq', '1')
  change('XADD', log, 'MAXLEN', '~', retention, seq .. '-0', unpack(fields))
  change('RPUSH', history, entry)
  if channel ~= '' then change('PUBLISH', channel, entry) end
end
change('SET', once, epoch .. '-' .. seq .. ' ' .. remember, 'PX', keep)

for _, words in ipairs(changes) do
  if not redis.acl_check_cmd(unpack(words)) then return {'forbidden', unpack(words)} end
end
for _, words in ipairs(changes) do redis.call(unpack(words)) end
return {'done', seq}

#!lua flags=no-cluster
-- Commits one batch, all of it or nothing. Redis never rolls back, so every check comes before the first write; and
-- the shebang makes Redis refuse the whole script at its start when memory is full, not halfway through.
--
-- KEYS  meta, log, the record of the batch's name, then in this order: expected documents, written documents,
--       indexes, histories
-- ARGV  epoch, deadline (ms by the clock of this Redis), retention, channel, the text to store under the batch's name
--       and for how many ms, the trace or nothing, then four counts and, for each in turn:
--       expected   "+" and the text, or "-" where there must be none
--       written    the text
--       indexes    "+" or "-", and the member
--       histories  the entry without its id and its closing brace
-- Returns {"done", seq}, {"known", the stored record}, {"conflict"}, {"late"}, or {"epoch"} where the store has
-- another epoch.
local k, a = 0, 0
local function key() k = k + 1; return KEYS[k] end
local function arg() a = a + 1; return ARGV[a] end

local meta, log, once = key(), key(), key()
local epoch, deadline, retention, channel, remember, keep = arg(), tonumber(arg()), arg(), arg(), arg(), arg()
local trace = arg()
local expected, written, indexes, histories = tonumber(arg()), tonumber(arg()), tonumber(arg()), tonumber(arg())

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

for _ = 1, written do redis.call('SET', key(), arg()) end
for _ = 1, indexes do
  if arg() == '+' then redis.call('ZADD', key(), 0, arg()) else redis.call('ZREM', key(), arg()) end
end
local seq = redis.call('HGET', meta, 'seq')
for _ = 1, histories do
  -- '%.0f': plain concatenation would write 1e+14.
  seq = string.format('%.0f', redis.call('HINCRBY', meta, 'seq', 1))
  local entry = arg() .. ',"id":"' .. epoch .. '-' .. seq .. '"}'
  -- The entry comes last: readers that do not know of traces take the last field.
  local fields = trace == '' and {'entry', entry} or {'trace', trace, 'entry', entry}
  redis.call('XADD', log, 'MAXLEN', '~', retention, seq .. '-0', unpack(fields))
  redis.call('RPUSH', key(), entry)
  redis.call('PUBLISH', channel, entry)
end
redis.call('SET', once, epoch .. '-' .. seq .. ' ' .. remember, 'PX', keep)
return {'done', seq}

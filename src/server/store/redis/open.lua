#!lua flags=no-cluster,allow-oom
-- Checks the store and its epoch. A Redis that was restarted, failed over or restored may have gone back in time and
-- would assign the same sequence numbers to other events. Its run id then differs from the recorded one, and the store
-- gets a new epoch. Each connection runs this first, and loads the commit script only afterwards. A store with another
-- schema version, or with a restore in progress, is not changed. The script writes a few bytes, also when memory is
-- full: a server that has just started can then still read the store.
--
-- KEYS  meta, log
-- ARGV  a new epoch, in case one is needed; the schema version of the caller
-- Returns {epoch, seq, schema version, start of the restore in progress or ""}.
local meta, log = KEYS[1], KEYS[2]
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local known = redis.call('HMGET', meta, 'epoch', 'seq', 'run', 'schema', 'restoring')
local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
-- A store without a version is older than that field, and has the first version; unless it is new.
local new = not known[1] and not newest
local version, restoring = known[4] or new and ARGV[2] or '1', known[5] or ''
if version ~= ARGV[2] or restoring ~= '' then return {known[1] or '', known[2] or '0', version, restoring} end
if not known[4] then redis.call('HSET', meta, 'schema', version) end
if known[1] and known[3] == run then return {known[1], known[2], version, ''} end

local seq = tonumber(known[2] or '0')
if newest then seq = math.max(seq, tonumber(string.match(newest[1], '^%d+'))) end
seq = string.format('%.0f', seq)
redis.call('HSET', meta, 'epoch', ARGV[1], 'seq', seq, 'run', run)
return {ARGV[1], seq, version, ''}

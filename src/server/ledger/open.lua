#!lua flags=no-cluster,allow-oom
-- The fence. A Redis that was restarted, failed over or restored may have gone back in time and would give the
-- same sequence numbers to other events. It then has another run id than the one on record, and gets a new
-- epoch. Whoever connects runs this first, and loads the commit script only afterwards. A store of another shape,
-- or one into which something is being restored, is not touched. It writes a few bytes, also when memory is full:
-- what is stored can be read then, by a server that has just started, too.
--
-- KEYS  meta, log     ARGV  a new epoch, in case one is needed; the version of the shape that the caller knows
-- Returns {epoch, seq, version, since when something is being restored or ""}.
local meta, log = KEYS[1], KEYS[2]
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local known = redis.call('HMGET', meta, 'epoch', 'seq', 'run', 'schema', 'restoring')
local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
-- A store that has no version is from before stores had one, and of the first; unless it is new.
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

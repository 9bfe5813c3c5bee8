#!lua flags=no-cluster
-- Begins a restore. The new epoch stops every running server; without a run id no server can use the store until the
-- restore has ended.
--
-- KEYS  meta
-- ARGV  a new epoch, the time, the schema version; and, unless the present contents may be replaced, the epoch and the
--       sequence number that were read before ("" where there were none)
-- Returns 1, or 0 where the store has changed since then.
local was = redis.pcall('HMGET', KEYS[1], 'epoch', 'seq')
if ARGV[4] and (was.err or (was[1] or '') ~= ARGV[4] or (was[2] or '') ~= ARGV[5]) then return 0 end
-- Another program uses this name.
if was.err then redis.call('UNLINK', KEYS[1]) end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'seq', 0, 'restoring', ARGV[2], 'schema', ARGV[3], 'run', '')
return 1

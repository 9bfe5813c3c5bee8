#!lua flags=no-cluster
-- Begins a restore. Another epoch stops every server that runs; without a run id it is nobody's until the restore has
-- ended.
--
-- KEYS  meta     ARGV  a new epoch, since when, the version of its shape; and, unless whatever is there may go, the
--                      epoch and the number that were seen ("" where there were none)
local was = redis.pcall('HMGET', KEYS[1], 'epoch', 'seq')
if ARGV[4] and (was.err or (was[1] or '') ~= ARGV[4] or (was[2] or '') ~= ARGV[5]) then return 0 end
-- Something else of this name.
if was.err then redis.call('UNLINK', KEYS[1]) end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'seq', 0, 'restoring', ARGV[2], 'schema', ARGV[3], 'run', '')
return 1

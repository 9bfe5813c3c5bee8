#!lua flags=no-cluster
-- Begins a restore, unless something has been written since somebody looked. Another epoch stops every server that
-- runs; without a run id it is nobody's until the restore has ended.
--
-- KEYS  meta     ARGV  the epoch and the number that were seen ("" where there were none), a new epoch, since when
local was = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
if (was[1] or '') ~= ARGV[1] or (was[2] or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'epoch', ARGV[3], 'seq', 0, 'restoring', ARGV[4])
redis.call('HDEL', KEYS[1], 'run')
return 1

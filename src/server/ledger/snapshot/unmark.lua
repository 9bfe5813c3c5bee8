#!lua flags=no-cluster
-- Ends a restore, if it is still this one. Its epoch holds for this run of Redis, as after the fence.
--
-- KEYS  meta     ARGV  the restore's epoch, the number of the newest entry
local is = redis.call('HMGET', KEYS[1], 'epoch', 'restoring')
if is[1] ~= ARGV[1] or (is[2] or '') == '' then return 0 end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
redis.call('HSET', KEYS[1], 'seq', ARGV[2], 'run', run, 'restoring', '')
return 1

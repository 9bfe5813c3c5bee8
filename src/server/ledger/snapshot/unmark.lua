#!lua flags=no-cluster
-- Ends a restore, if it is still this one. Its epoch holds for this run of Redis, as after the fence.
--
-- KEYS  meta     ARGV  since when, the number of the newest entry
if redis.call('HGET', KEYS[1], 'restoring') ~= ARGV[1] then return 0 end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
redis.call('HSET', KEYS[1], 'seq', ARGV[2], 'run', run)
redis.call('HDEL', KEYS[1], 'restoring')
return 1

#!lua flags=no-cluster
-- Ends a restore, unless another restore has begun. Its epoch is valid for this run of Redis, as after open.lua.
--
-- KEYS  meta
-- ARGV  the restore's epoch, the number of the newest entry
-- Returns 1, or 0 where another restore has begun.
local is = redis.call('HMGET', KEYS[1], 'epoch', 'restoring')
if is[1] ~= ARGV[1] or (is[2] or '') == '' then return 0 end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
redis.call('HSET', KEYS[1], 'seq', ARGV[2], 'run', run, 'restoring', '')
return 1

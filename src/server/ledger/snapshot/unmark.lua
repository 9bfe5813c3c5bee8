#!lua flags=no-cluster
-- Ends a restore, if it is still this one. Without a run id the next server that connects names the history.
--
-- KEYS  meta     ARGV  since when, the number of the newest entry
if redis.call('HGET', KEYS[1], 'restoring') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'seq', ARGV[2])
redis.call('HDEL', KEYS[1], 'restoring')
return 1

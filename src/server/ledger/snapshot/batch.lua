#!lua flags=no-cluster
-- Some commands of a restore, as long as no other one has begun.
--
-- KEYS  meta     ARGV  the restore's epoch; for each command how many words it has, and these words
local is = redis.call('HMGET', KEYS[1], 'epoch', 'restoring')
if is[1] ~= ARGV[1] or (is[2] or '') == '' then return 0 end
local at = 2
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  redis.call(unpack(ARGV, at + 1, last))
  at = last + 1
end
return 1

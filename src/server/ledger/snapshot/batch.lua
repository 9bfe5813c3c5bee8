#!lua flags=no-cluster
-- Some commands of a restore or of a migration, as long as nothing else writes to the store: a restore that begins
-- takes another epoch, a server another number.
--
-- KEYS  meta     ARGV  the epoch and the number that the store must have; for each command how many words it has, and
--                      these words
local is = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
if is[1] ~= ARGV[1] or is[2] ~= ARGV[2] then return 0 end
local at = 3
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  redis.call(unpack(ARGV, at + 1, last))
  at = last + 1
end
return 1

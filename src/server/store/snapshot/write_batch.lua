#!lua flags=no-cluster
-- Runs some commands of a restore or a migration, unless something else has written to the store: a restore that begins
-- sets another epoch, a server another sequence number.
--
-- KEYS  meta
-- ARGV  the epoch and the sequence number that the store must have; for each command the number of its words, then
--       these words
-- Returns 1, or 0 where the store has another epoch or number.
local is = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
if is[1] ~= ARGV[1] or is[2] ~= ARGV[2] then return 0 end
local at = 3
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  redis.call(unpack(ARGV, at + 1, last))
  at = last + 1
end
return 1

#!lua flags=no-cluster
-- Runs some commands of a restore or a migration, all or none, unless something else has written to the store: a restore
-- that begins sets another epoch, a server another sequence number.
--
-- KEYS  meta
-- ARGV  the epoch and the sequence number that the store must have; for each command the number of its words, then
--       these words
-- Returns 1, or 0 where the store has another epoch or number.
local is = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
if is[1] ~= ARGV[1] or is[2] ~= ARGV[2] then return 0 end

local function each(run)
  local at = 3
  while at <= #ARGV do
    local last = at + tonumber(ARGV[at])
    run(unpack(ARGV, at + 1, last))
    at = last + 1
  end
end
-- Redis never rolls back: what replaces something must not be refused after that is gone.
local missing
each(function(...) if not redis.acl_check_cmd(...) then missing = missing or {...} end end)
if missing then return redis.error_reply('NOPERM the account may not run ' .. missing[1] .. ' on ' .. missing[2]) end
each(redis.call)
return 1

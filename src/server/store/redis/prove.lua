#!lua flags=no-cluster
-- Proves that a commit would be taken, and changes nothing: Redis checks whether the account may run some commands, and
-- runs none. As a script that could write, it is refused wherever a commit is: without memory, disk or replicas.
--
-- ARGV  for each command the number of its words, then these words
-- Returns the numbers of the commands that the account may not run, or that this Redis does not have.
if not redis.acl_check_cmd then return redis.error_reply('ERR redis.acl_check_cmd is missing') end
local missing, number, at = {}, 0, 1
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  local known, allowed = pcall(redis.acl_check_cmd, unpack(ARGV, at + 1, last))
  if not (known and allowed) then missing[#missing + 1] = number end
  number, at = number + 1, last + 1
end
return missing

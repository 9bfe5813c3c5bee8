#!lua flags=no-writes,no-cluster
-- Some commands that read, all at one moment. When memory is full Redis lets this in, and no transaction.
--
-- ARGV  for each command how many words it has, and these words
-- Returns what each has answered, or why it did not.
local answers, at = {}, 1
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  answers[#answers + 1] = redis.pcall(unpack(ARGV, at + 1, last))
  at = last + 1
end
return answers

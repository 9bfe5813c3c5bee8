#!lua flags=no-writes,no-cluster
-- Several read commands at one moment. Unlike a transaction, Redis runs this also when its memory is full.
--
-- ARGV  for each command the number of its words, then these words
-- Returns the answer or the error of each command.
local answers, at = {}, 1
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  answers[#answers + 1] = redis.pcall(unpack(ARGV, at + 1, last))
  at = last + 1
end
return answers

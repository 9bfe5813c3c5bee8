#!lua flags=no-writes,no-cluster
-- Reads pages of indexes, all at one moment.
--
-- KEYS  meta, then one index for each query
-- ARGV  the prefix of document keys, then for each query: "(" and the key that the page begins before, or "+"; and
--       the largest number of documents
-- Returns {epoch, seq, {total, next or "", document, …}, …}. `next` is the last key read where more follow. A document
-- that is not a string reads as "".
local head = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
-- As `Keys::document` does.
local function name(member)
  local kind = string.sub(member, 1, 6)
  if kind == 'order:' or kind == 'pizza:' then return ARGV[1] .. member end
  return ARGV[1] .. 'pizza:' .. member
end
local answer = {head[1] or '', head[2] or '0'}
for q = 2, #KEYS do
  local from, most = ARGV[2 * q - 2], tonumber(ARGV[2 * q - 1])
  local members = redis.call('ZREVRANGEBYLEX', KEYS[q], from, '-', 'LIMIT', 0, most + 1)
  local page = {redis.call('ZCARD', KEYS[q]), ''}
  if #members > most then
    table.remove(members)
    page[2] = members[#members] or ''
  end
  for _, member in ipairs(members) do
    local document = redis.pcall('GET', name(member))
    if type(document) == 'table' then
      if not string.find(document.err, 'WRONGTYPE', 1, true) then return document end
      document = ''
    end
    if document then page[#page + 1] = document end
  end
  answer[#answer + 1] = page
end
return answer

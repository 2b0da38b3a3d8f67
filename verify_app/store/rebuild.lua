-- Holding a shard while its histories are rebuilt. KEYS: 1 stream, 2 epoch. ARGV: 1 our mark, 2 last entry folded,
-- 3 what to do: "hold" (stay the holder), "close" (declare complete when nothing is left), "release" (give up).
-- Returns the next entries of the stream that are not folded yet, or "held", "closed", "released".
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return redis.error_reply('LOST Expected to hold the shard, got another holder.')
end
if ARGV[3] == 'release' then
  redis.call('DEL', KEYS[2])
  return 'released'
end
redis.call('PEXPIRE', KEYS[2], 60000)
if ARGV[3] == 'hold' then return 'held' end
local left = redis.call('XRANGE', KEYS[1], '(' .. ARGV[2], '+', 'COUNT', 200)
if #left > 0 then return left end
redis.call('SET', KEYS[2], 'complete:' .. redis.call('TIME')[1])
return 'closed'

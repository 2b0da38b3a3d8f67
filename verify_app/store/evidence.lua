-- What the scans of one code say of copies: the part of the state that the score reads. observe.lua calls it.
-- Nothing here decays: a copy from last year is a copy. Only tokens and the window of a shared link run out.
-- A *newcomer* is a visitor without a place in the state. A newcomer is *credited* when nothing says that it is no
-- independent holder of another piece: not from a hosting network, not from a client that tries codes out, not from
-- a line that was here before, not within days after a robot drew a preview of the link, and at most four a day.
-- Circumstances of a scan (12 bytes, see evidence.py): network 1 (1 carrier, 2 line, 3 hosting, + 4 abroad),
--   place 1 (1 by its line, 2 by the phone), latitude 2, longitude 2 (steps of 0.05 degrees), line's tag 2,
--   facts 2 (1 used, 2 destroyed, 4 not shipped, 8 outside its market, 16 inside, 32 campaign, 64 flagged client,
--   128 known by its address alone, 256 came through a shared link, as a rebuild knows; higher bits are for the worker),
--   days since use 1, days that such an item lasts 1 (0 not known).
-- Packed, big-endian; counts stop at 255, times are minutes since 2020: version 1, shared until 3, tokens 1 (tenths),
--   filled 3, and the counts of COUNTS 1 each (the first 31 of them in version 1), last day 2, last newcomer's day 2, last used day 2, last newcomer 3,
--   region and cluster of the last newcomer 1 each, places 1, places [latitude 2, longitude 2, last 3, n 1],
--   and to the end the tags of lines, 2 each.

local COUNTS = {'credited', 'shared', 'campaign', 'hosted', 'flagged', 'over', 'kin', 'days', 'ndays', 'north',
  'centre', 'south', 'alternate', 'gap10', 'gap30', 'fargap', 'back', 'fast_sure', 'fast', 'used', 'used_late',
  'used_days', 'destroyed', 'unshipped', 'outside', 'inside', 'lines', 'crowded', 'late20', 'late40', 'switch',
  'outlived', 'outlived_twice', 'returned', 'returned_region', 'vague'}
local COUNTS_OF = {31, #COUNTS}  -- by version
local evidence_heads = {}

local function evidence_head(version)
  local head = evidence_heads[version] or '>BI3BI3' .. string.rep('B', COUNTS_OF[version]) .. 'I2I2I2I3BBB'
  evidence_heads[version] = head
  return head
end
local FACTS = {'used', 'destroyed', 'unshipped', 'outside', 'inside', 'campaign', 'flagged', 'vague', 'linked'}
local PLACES, LINES, PLACE_KM = 5, 8, 60
local TOKENS, TOKEN_MINUTES = 40, 36  -- four newcomers at once, and a tenth of one more every 36 minutes: four a day
local SHARED_MINUTES = 3 * 1440
local USUAL_LIFE = 45  -- days that an item lasts if nobody says how many
local SHELF_MINUTES = 15 * 1440  -- a shopper may have looked at it before its buyer did
local RETURN_MINUTES = 720
local PEERS_MS = '158112000000'  -- five years after the product's last newcomer
local PEER_CAPS = {{'credited', 6}, {'ndays', 6}, {'places', 3}, {'gap10', 2}, {'alternate', 3}}

local function evidence_fresh()
  local e = {shared_until = 0, tokens = TOKENS, filled = 0, last_day = 0, last_nday = 0, last_used = 0, last_new = 0,
    region = 0, place = 0, places = {}, tags = {}}
  for _, name in ipairs(COUNTS) do e[name] = 0 end
  return e
end

local function evidence_read(packed)
  local e = evidence_fresh()
  local version = string.byte(packed, 1)
  local got, counts = {struct.unpack(evidence_head(version), packed)}, COUNTS_OF[version]
  e.shared_until, e.tokens, e.filled = got[2], got[3], got[4]
  for i = 1, counts do e[COUNTS[i]] = got[4 + i] end
  local after = 4 + counts
  e.last_day, e.last_nday, e.last_used, e.last_new = got[after + 1], got[after + 2], got[after + 3], got[after + 4]
  e.region, e.place = got[after + 5], got[after + 6]
  local at = got[after + 8]
  for i = 1, got[after + 7] do
    local p = {}
    p.lat, p.lon, p.last, p.n, at = struct.unpack('>i2i2I3B', packed, at)
    e.places[i] = p
  end
  for i = 1, (#packed - at + 1) / 2 do e.tags[i], at = struct.unpack('>I2', packed, at) end
  return e
end

local function evidence_write(e)
  local counts = {}
  for i, name in ipairs(COUNTS) do counts[i] = e[name] end
  counts[#counts + 1] = e.last_day
  counts[#counts + 1] = e.last_nday
  counts[#counts + 1] = e.last_used
  counts[#counts + 1] = e.last_new
  counts[#counts + 1] = e.region
  counts[#counts + 1] = e.place
  counts[#counts + 1] = #e.places
  local out = {struct.pack(evidence_head(2), 2, e.shared_until, e.tokens, e.filled, unpack(counts))}
  for _, p in ipairs(e.places) do out[#out + 1] = struct.pack('>i2i2I3B', p.lat, p.lon, p.last, p.n) end
  for _, tag in ipairs(e.tags) do out[#out + 1] = struct.pack('>I2', tag) end
  return table.concat(out)
end

local function evidence_kilometres(lat1, lon1, lat2, lon2)
  local a, b = math.rad(lat1 * 0.05), math.rad(lat2 * 0.05)
  local half = math.rad((lon2 - lon1) * 0.05) / 2
  local h = math.sin((b - a) / 2) ^ 2 + math.cos(a) * math.cos(b) * math.sin(half) ^ 2
  return 12742 * math.asin(math.min(1, math.sqrt(h)))
end

local function circumstances_read(packed)
  if #packed < 12 then return nil end
  local c = {}
  local network, facts
  network, c.sure, c.lat, c.lon, c.line, facts, c.since, c.life = struct.unpack('>BBi2i2I2I2BB', packed)
  c.network = network % 4
  c.abroad = math.floor(network / 4) % 2 == 1
  for bit, name in ipairs(FACTS) do
    c[name] = math.floor(facts / 2 ^ (bit - 1)) % 2 == 1
  end
  return c
end

local function count(e, name)
  if e[name] < 255 then e[name] = e[name] + 1 end
end

local function token(e, minute)
  if minute > e.filled then
    local tenths = math.floor((minute - e.filled) / TOKEN_MINUTES)
    if e.tokens + tenths >= TOKENS then e.tokens, e.filled = TOKENS, minute
    else e.tokens, e.filled = e.tokens + tenths, e.filled + tenths * TOKEN_MINUTES end
  end
  if e.tokens < 10 then return false end
  e.tokens = e.tokens - 10
  return true
end

local function new_line(e, tag)
  for _, known in ipairs(e.tags) do
    if known == tag then return false end
  end
  count(e, 'lines')
  if #e.tags < LINES then e.tags[#e.tags + 1] = tag end
  return true
end

local function moved(e, c, minute, silence)
  local here
  for i, p in ipairs(e.places) do
    local apart = evidence_kilometres(p.lat, p.lon, c.lat, c.lon)
    if apart <= PLACE_KM then here = here or i
    elseif apart > 150 and apart > 15 * math.abs(minute - p.last) then  -- 15 km a minute: faster than any flight
      count(e, c.sure == 2 and p.n >= 128 and 'fast_sure' or 'fast')
    end
  end
  if here then
    if e.place > 0 and e.place ~= here then count(e, 'back'); count(e, 'switch') end
  elseif #e.places < PLACES then
    if #e.places > 0 then
      count(e, 'switch')
      if silence >= 14400 then count(e, 'fargap') end
    end
    here = #e.places + 1
    e.places[here] = {lat = c.lat, lon = c.lon, last = minute, n = 0}
  else
    count(e, 'crowded')
    count(e, 'switch')
    return
  end
  local p = e.places[here]
  p.last = math.max(p.last, minute)
  p.n = math.min(127, p.n % 128 + 1) + (c.sure == 2 and 128 or math.floor(p.n / 128) * 128)
  e.place = here
end

local function credit(e, c, minute, today, region, age)
  local silence = e.last_new > 0 and minute - e.last_new or 0
  count(e, 'credited')
  if c.campaign then count(e, 'campaign') end
  if today > e.last_nday then count(e, 'ndays'); e.last_nday = today end
  if silence >= 14400 then count(e, 'gap10') end
  if silence >= 43200 then count(e, 'gap30') end
  if age >= 28800 then count(e, 'late20') end
  if age >= 57600 then count(e, 'late40') end
  local life = 1440 * (c.life > 0 and c.life or USUAL_LIFE)
  if age >= life + SHELF_MINUTES then count(e, 'outlived') end
  if age >= 2 * life + SHELF_MINUTES then count(e, 'outlived_twice') end
  if c.vague and c.network ~= 2 then count(e, 'vague') end
  if c.outside then count(e, 'outside') end
  if c.inside then count(e, 'inside') end
  if region > 0 then
    count(e, ({'north', 'centre', 'south'})[region])
    if e.region > 0 and e.region ~= region then count(e, 'alternate') end
    e.region = region
  end
  if c.sure > 0 then moved(e, c, minute, silence) end
  if c.used and c.since >= 5 then
    count(e, 'used')
    if c.since >= 15 then count(e, 'used_late') end
    if today > e.last_used then count(e, 'used_days'); e.last_used = today end
  end
  if c.unshipped and not c.abroad then count(e, 'unshipped') end
  e.last_new = math.max(e.last_new, minute)
end

-- A visitor comes again, with the item it must be, after a newcomer elsewhere had one: an item is in one place.
local function returned(e, c, minute, region, seen)
  if e.last_new <= seen + RETURN_MINUTES or minute < e.last_new + RETURN_MINUTES then return end
  if region > 0 and e.region > 0 and e.region ~= region then count(e, 'returned_region') end
  local p = e.places[e.place]
  if p and p.last == e.last_new and c.sure > 0 and evidence_kilometres(p.lat, p.lon, c.lat, c.lon) > PLACE_KM then
    count(e, 'returned')
  end
end

-- One public scan; `seen`: when its visitor was here before, nil for a newcomer. Minutes and days since 2020; `age`:
-- minutes since the code's first scan. True for a newcomer who followed a shared link.
local function evidence_add(e, c, seen, minute, today, region, age)
  if c.flagged then count(e, 'flagged'); return end
  if c.network == 3 then count(e, 'hosted'); return end
  if today > e.last_day then count(e, 'days'); e.last_day = today end
  if c.destroyed and c.since >= 1 then count(e, 'destroyed') end
  if seen then returned(e, c, minute, region, seen); return end
  if c.network == 2 and not new_line(e, c.line) then count(e, 'kin'); return end
  if c.linked or minute <= e.shared_until then count(e, 'shared'); return true end
  if not token(e, minute) then count(e, 'over'); return end
  credit(e, c, minute, today, region, age)
end

-- Whether a worker should look at it: nothing below can be more than information.
local function evidence_tells(e)
  return e.credited >= 3 or e.destroyed > 0 or e.unshipped > 0 or e.used > 0 or e.shared >= 20
end

local function evidence_share(e, minute)
  e.shared_until = math.max(e.shared_until, minute + SHARED_MINUTES)
end

local function peer_parts(e)
  local parts = {e.days > 0 and 1 or 0}
  for i, cap in ipairs(PEER_CAPS) do
    local value = cap[1] == 'places' and #e.places or e[cap[1]]
    parts[i + 1] = math.min(value, cap[2])
  end
  return parts
end

-- Sums over the product's codes, each code's part capped, so that a copied code cannot hide itself behind its peers:
-- codes 4, credited 4, ndays 4, places 4, gap10 4, alternate 4. Returns them packed, as they are now; `before` and
-- `after` are nil where nothing changed.
local function peers_add(key, before, after)
  local packed = redis.call('GET', key)
  local sums = {0, 0, 0, 0, 0, 0}
  if packed and #packed == 24 then sums = {struct.unpack('>I4I4I4I4I4I4', packed)} end
  local changed = false
  for i = 1, 6 do
    if after and after[i] ~= before[i] then sums[i] = sums[i] + after[i] - before[i]; changed = true end
  end
  packed = struct.pack('>I4I4I4I4I4I4', sums[1], sums[2], sums[3], sums[4], sums[5], sums[6])
  if changed then redis.call('SET', key, packed, 'PX', PEERS_MS) end
  return packed
end

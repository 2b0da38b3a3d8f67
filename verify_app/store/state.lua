-- The packed state of a code, as observe.lua keeps it. Most codes have one buyer, and a nation has a billion codes, so each
-- byte counts: whatever a state holds, it has 244 bytes at most, which the server's allocator rounds up to 256.
-- Version 3, big-endian; times since 2020-01-01 UTC in milliseconds unless said, days are Vietnamese days since then:
--   version 1, parts 1 (1 located, 2 crowded, 4 evidence, + 8 for each visitor), first 5, last 5, scans 3,
--   tag of the first 3, travel pairs 1, [latitude 2, longitude 2, second 4, tag 3],
--   [newcomers 2, days 1, last day 2, N 1, C 1, S 1, abroad 1],
--   up to 12 visitors: tag 3, and in 6 bytes last second 31 bits, first day 14, abroad 1, region 2,
--   [evidence: minutes shared until 3, filled 3, last newcomer 3, last day 2, last used day 2, tokens and region 1
--    (4 * tenths + region), places 1 (2 * (6 * how many + that of the last newcomer) + 1 if all counts follow), counts
--    (all 36; or which are not 0, 5, and those 1 each), places, and to the end the tags of lines, 2 each];
--    a place, in 6 bytes: where 25 bits, minutes before the last newcomer 15, told by a phone 1, newcomers 7.
-- Versions 1 and 2 had more room for the same: read_1, read_2.

local VISITORS, VISITOR, DAY_BITS = 12, 9, 131072  -- so many, of so many bytes; of 17 bits with the marks
local TAG = 16777216  -- of a visitor's tag three bytes are kept: of a million newcomers to twelve one is taken for them
local COUNTS_OF = {31, 36}  -- of evidence, by its version
local HEAD, SPARSE_HEAD = 15, 20  -- of evidence: bytes before all counts, and before those that are not 0
local BUSY = 6  -- visitors
local POWERS = {}
for i = 1, 36 do POWERS[i] = 2 ^ (i - 1) end

local function fresh()
  return {first = 0, last = 0, scans = 0, first_tag = 0, travel = 0, count = 0, visitors = ''}
end

local function pack_visitor(tag, second, day, marks)
  return pack_('>I3I6', tag, second * DAY_BITS + day * 8 + marks)
end

-- Second of the last scan, first day, marks of the visitor whose bytes begin at `own`.
local function unpack_visitor(visitors, own)
  local seen = unpack_('>I6', visitors, own + 3)
  local second = floor(seen / DAY_BITS)
  local rest = seen - second * DAY_BITS
  return second, floor(rest / 8), rest % 8
end

local function read_counts(packed, all)
  if all == 1 then return {byte(packed, HEAD + 1, HEAD + VAGUE)}, HEAD + VAGUE + 1 end
  local bits, counts, at = unpack_('>I5', packed, HEAD + 1), {byte(NOTHING, 1, VAGUE)}, SPARSE_HEAD + 1
  while bits > 0 do
    local _, highest = math.frexp(bits)
    bits, counts[highest], at = bits - POWERS[highest], byte(packed, at), at + 1
  end
  return counts, at
end

-- A code with many visitors keeps all counts, which is quicker: such codes are few, and asked for often.
local function write_counts(counts, busy)
  if busy then return char(unpack(counts)), 1 end
  local bits, kept, n = 0, {}, 0
  for i = VAGUE, 1, -1 do
    if counts[i] > 0 then bits, n = bits + POWERS[i], n + 1; kept[n] = counts[i] end
  end
  if n > VAGUE - 5 then return char(unpack(counts)), 1 end
  return pack_('>I5', bits) .. char(unpack(kept)), 0
end

local function read_evidence(packed)
  local shared_until, filled, last_new, last_day, last_used, purse, placed = unpack_('>I3I3I3I2I2BB', packed)
  local known, counts, at = floor(placed / 12), read_counts(packed, placed % 2)
  local e = {counts = counts, shared_until = shared_until, tokens = floor(purse / 4), filled = filled, region = purse % 4,
    last_day = last_day, last_used = last_used, last_new = last_new, place = floor(placed / 2) % 6, known = known,
    packed = sub(packed, at, at + PLACE * known - 1), tags = sub(packed, at + PLACE * known)}
  assert(known <= MOST_PLACES and e.place <= known and counts[VAGUE] and #packed >= at + PLACE * known - 1)
  assert(#e.tags <= 2 * MOST_LINES and #e.tags % 2 == 0)
  return e
end

-- A place longer ago than 22 days is only known to be so: nothing asks for more but how fast somebody would have gone.
local function write_places(e)
  local packed = ''
  for i = 1, e.known do
    local at = e.places[i]
    local where, late = (at.lat + 1800) * LONGITUDES + at.lon + 3600, min(LONG_AGO, max(0, e.last_new - at.last))
    packed = packed .. pack_('>I4I2', where * 128 + floor(late / 256), late % 256 * 256 + (at.sure and 128 or 0) + at.n)
  end
  return packed
end

local function write_evidence(e, busy)
  local counts, all = write_counts(e.counts, busy)
  return pack_('>I3I3I3I2I2BB', e.shared_until, e.filled, e.last_new, e.last_day, e.last_used, 4 * e.tokens + e.region,
    2 * (6 * e.known + e.place) + all) .. counts .. (e.places and write_places(e) or e.packed) .. e.tags
end

local function read_3(packed)
  local _, parts, first, last, scans, first_tag, travel, at = unpack_('>BBI5I5I3I3B', packed)
  local count = floor(parts / 8)
  assert(scans > 0 and first <= last and count >= 1 and count <= VISITORS)
  local s = {first = first, last = last, scans = scans, first_tag = first_tag, travel = travel, count = count}
  if parts % 2 == 1 then s.place, at = sub(packed, at, at + 10), at + 11 end
  if parts % 4 >= 2 then
    local newcomers, days, last_day, north, centre, south, abroads, after = unpack_('>I2BI2BBBB', packed, at)
    s.crowd, at = {north, centre, south, newcomers = newcomers, days = days, last_day = last_day, abroad = abroads}, after
  end
  s.visitors, at = sub(packed, at, at + VISITOR * count - 1), at + VISITOR * count
  if parts % 8 >= 4 then s.evidence = read_evidence(sub(packed, at)) else assert(#packed == at - 1) end
  return s
end

local function write(s)
  local c, crowd, place = s.crowd, '', s.place or ''
  local parts = (s.place and 1 or 0) + (c and 2 or 0) + (s.evidence and 4 or 0) + 8 * s.count
  if c then crowd = pack_('>I2BI2BBBB', c.newcomers, c.days, c.last_day, c[1], c[2], c[3], c.abroad) end
  local head = pack_('>BBI5I5I3I3B', 3, parts, s.first, s.last, s.scans, s.first_tag, s.travel)
  return head .. place .. crowd .. s.visitors .. (s.evidence and write_evidence(s.evidence, s.count >= BUSY) or '')
end

-- Older versions: read here for ever, written never.

local function read_old_evidence(packed)
  local known = COUNTS_OF[byte(packed, 1)]
  local _, shared_until, tokens, filled = unpack_('>BI3BI3', packed)
  local counts = {byte(packed, 9, 8 + known)}
  for i = known + 1, VAGUE do counts[i] = 0 end
  local last_day, _, last_used, last_new, region, place, places, at = unpack_('>I2I2I2I3BBB', packed, 9 + known)
  local e = {counts = counts, shared_until = shared_until, tokens = tokens, filled = filled, region = region,
    last_day = last_day, last_used = last_used, last_new = last_new, place = place, known = places, places = {}}
  for i = 1, places do
    local lat, lon, seen, n
    lat, lon, seen, n, at = unpack_('>i2i2I3B', packed, at)
    e.places[i] = {lat = lat, lon = lon, last = seen, n = n % 128, sure = n >= 128}
  end
  e.tags = sub(packed, at)
  return e
end

-- All before the visitors, and where those begin.
local function read_old_head(packed)
  local parts, first, last, scans, first_tag, travel, at = unpack_('>BI5I5I3I4B', packed, 2)
  assert(parts <= 3 and scans > 0 and first <= last)
  local s = {first = first, last = last, scans = scans, first_tag = first_tag % TAG, travel = travel}
  if parts % 2 == 1 then
    local lat, lon, seen, tag
    lat, lon, seen, tag, at = unpack_('>i2i2I5I4', packed, at)
    s.place = pack_('>i2i2I4I3', lat, lon, floor(seen / 1000), tag % TAG)
  end
  if parts >= 2 then
    local newcomers, days, last_day, north, centre, south, abroads, after = unpack_('>I2BI2BBBB', packed, at)
    s.crowd, at = {north, centre, south, newcomers = newcomers, days = days, last_day = last_day, abroad = abroads}, after
  end
  return s, at
end

local function read_old_visitors(s, packed, at, count)
  assert(count >= 1 and count <= VISITORS and count == floor(count))
  s.count, s.visitors = count, ''
  for i = 1, count do
    local tag, seen, day, marks
    tag, seen, day, marks, at = unpack_('>I4I5I2B', packed, at)
    s.visitors = s.visitors .. pack_visitor(tag % TAG, floor(seen / 1000), day, marks)
  end
end

local function read_1(packed)
  local s, at = read_old_head(packed)
  read_old_visitors(s, packed, at, (#packed - at + 1) / 12)
  return s
end

local function read_2(packed)
  local s, at = read_old_head(packed)
  local count = byte(packed, at)
  read_old_visitors(s, packed, at + 1, count)
  s.evidence = read_old_evidence(sub(packed, at + 1 + 12 * count))
  return s
end

local READERS = {read_1, read_2, read_3}  -- by version

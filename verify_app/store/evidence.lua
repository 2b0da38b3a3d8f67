-- What the scans of one code say of copies: the part of the state that the score reads. observe.lua calls it, and
-- state.lua keeps it packed. Counts stop at 255, times are minutes since 2020.
-- Nothing here decays: a copy from last year is a copy. Only tokens and the window of a shared link run out.
-- A *newcomer* is a visitor without a place in the state. A newcomer is *credited* when nothing says that it is no
-- independent holder of another piece: not from a hosting network, not from a client that tries codes out, not from
-- a line that was here before, not within days after a robot drew a preview of the link, and at most four a day.
-- Circumstances of a scan (12 bytes, see evidence.py): network 1 (1 carrier, 2 line, 3 hosting, + 4 abroad),
--   place 1 (1 by its line, 2 by the phone), latitude 2, longitude 2 (steps of 0.05 degrees), line's tag 2,
--   facts 2 (1 used, 2 destroyed, 4 not shipped, 8 outside its market, 16 inside, 32 campaign, 64 flagged client,
--   128 known by its address alone, 256 came through a shared link, as a rebuild knows; higher bits are for the worker),
--   days since use 1, days that such an item lasts 1 (0 not known).

-- All this runs for every scan, so counts are a list and not a table of names, which would be filled name by name.

local byte, char, sub, find, floor, max, min, pack_, unpack_, NOTHING

local CREDITED, SHARED, CAMPAIGN, HOSTED, FLAGGED, OVER, KIN, DAYS, NDAYS, NORTH = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
local ALTERNATE, GAP10, GAP30, FARGAP, BACK, FAST_SURE, FAST, USED, USED_LATE = 13, 14, 15, 16, 17, 18, 19, 20, 21
local USED_DAYS, DESTROYED, UNSHIPPED, OUTSIDE, INSIDE, LINES, CROWDED, LATE20 = 22, 23, 24, 25, 26, 27, 28, 29
local LATE40, SWITCH, OUTLIVED, OUTLIVED_TWICE, RETURNED, RETURNED_REGION, VAGUE = 30, 31, 32, 33, 34, 35, 36
-- NORTH, centre and south follow each other
local IS_USED, IS_DESTROYED, IS_UNSHIPPED, IS_OUTSIDE, IS_INSIDE = 1, 2, 4, 8, 16
local IN_CAMPAIGN, IS_FLAGGED, IS_VAGUE, IS_LINKED = 32, 64, 128, 256
local MOST_PLACES, MOST_LINES, PLACE_KM = 5, 8, 60
local LONGITUDES, LONG_AGO, PLACE = 7201, 32767, 6  -- of packed places, see state.lua; PLACE: bytes of one
local TOKENS, TOKEN_MINUTES = 40, 36  -- four newcomers at once, and a tenth of one more every 36 minutes: four a day
local SHARED_MINUTES = 3 * 1440
local USUAL_LIFE = 45  -- days that an item lasts if nobody says how many
local SHELF_MINUTES = 15 * 1440  -- a shopper may have looked at it before its buyer did
local RETURN_MINUTES = 720
local PEERS_MS = '158112000000'  -- five years after the product's last newcomer

-- The server has no libraries while it loads a function: the first call gets them.
local function begin()
  byte, char, sub, find, floor = string.byte, string.char, string.sub, string.find, math.floor
  max, min, pack_, unpack_ = math.max, math.min, struct.pack, struct.unpack
  NOTHING = string.rep('\0', VAGUE)
end

-- `last_day` of any scan, `last_used` of one after the item's use; `last_new`, `region` and `place` (its number) are
-- those of the last newcomer; `known` is how many places there are: `packed` until evidence_places made them `places`
-- {lat, lon, last, n, sure}; `tags` of lines, two bytes each.
local function evidence_fresh()
  return {counts = {byte(NOTHING, 1, VAGUE)}, shared_until = 0, tokens = TOKENS, filled = 0, last_day = 0,
    last_used = 0, last_new = 0, region = 0, place = 0, known = 0, packed = '', tags = ''}
end

local function evidence_day(minute)
  return floor((minute + 420) / 1440)  -- the Vietnamese day
end

local function evidence_places(e)
  if e.places then return e.places end
  e.places = {}
  for i = 1, e.known do
    local where, rest = unpack_('>I4I2', e.packed, PLACE * i - 5)
    local late = where % 128 * 256 + floor(rest / 256)
    where, rest = floor(where / 128), rest % 256
    e.places[i] = {lat = floor(where / LONGITUDES) - 1800, lon = where % LONGITUDES - 3600, n = rest % 128,
      last = late < LONG_AGO and e.last_new - late or 0, sure = rest >= 128}
  end
  return e.places
end

local function evidence_kilometres(lat1, lon1, lat2, lon2)
  local a, b = math.rad(lat1 * 0.05), math.rad(lat2 * 0.05)
  local half = math.rad((lon2 - lon1) * 0.05) / 2
  local h = math.sin((b - a) / 2) ^ 2 + math.cos(a) * math.cos(b) * math.sin(half) ^ 2
  return 12742 * math.asin(min(1, math.sqrt(h)))
end

local function circumstances_read(packed)
  if #packed < 12 then return nil end
  local network, sure, lat, lon, line, facts, since, life = unpack_('>BBi2i2I2I2BB', packed)
  return {network = network % 4, abroad = floor(network / 4) % 2 == 1, sure = sure, lat = max(-1800, min(1800, lat)),
    lon = max(-3600, min(3600, lon)), line = line, facts = facts, since = since, life = life}
end

local function is(c, fact)
  return floor(c.facts / fact) % 2 == 1
end

local function count(counts, which)
  local n = counts[which]
  if n < 255 then counts[which] = n + 1 end
end

local function token(e, minute)
  if minute > e.filled then
    local tenths = floor((minute - e.filled) / TOKEN_MINUTES)
    if e.tokens + tenths >= TOKENS then e.tokens, e.filled = TOKENS, minute
    else e.tokens, e.filled = e.tokens + tenths, e.filled + tenths * TOKEN_MINUTES end
  end
  if e.tokens < 10 then return false end
  e.tokens = e.tokens - 10
  return true
end

local function new_line(e, line)
  local tag = pack_('>I2', line)
  local at = find(e.tags, tag, 1, true)
  while at and at % 2 == 0 do at = find(e.tags, tag, at + 1, true) end  -- begins within another one
  if at then return false end
  count(e.counts, LINES)
  if #e.tags < 2 * MOST_LINES then e.tags = e.tags .. tag end
  return true
end

local function moved(e, c, minute, silence)
  local here, counts, known, places = nil, e.counts, e.known, evidence_places(e)
  for i = 1, known do
    local at = places[i]
    local apart = evidence_kilometres(at.lat, at.lon, c.lat, c.lon)
    if apart <= PLACE_KM then here = here or i
    elseif apart > 150 and apart > 15 * math.abs(minute - at.last) then  -- 15 km a minute: faster than any flight
      count(counts, c.sure == 2 and at.sure and FAST_SURE or FAST)
    end
  end
  if here then
    if e.place > 0 and e.place ~= here then count(counts, BACK); count(counts, SWITCH) end
  elseif known < MOST_PLACES then
    if known > 0 then
      count(counts, SWITCH)
      if silence >= 14400 then count(counts, FARGAP) end
    end
    here = known + 1
    e.known, places[here] = here, {last = minute, n = 0}
  else
    count(counts, CROWDED)
    count(counts, SWITCH)
    return
  end
  local at = places[here]
  at.lat, at.lon, at.last, at.n, at.sure = c.lat, c.lon, max(at.last, minute), min(127, at.n + 1), at.sure or c.sure == 2
  e.place = here
end

local function credit(e, c, minute, today, region, age)
  local silence, counts, since = e.last_new > 0 and minute - e.last_new or 0, e.counts, c.since
  count(counts, CREDITED)
  if is(c, IN_CAMPAIGN) then count(counts, CAMPAIGN) end
  if today > evidence_day(e.last_new) then count(counts, NDAYS) end
  if silence >= 14400 then count(counts, GAP10) end
  if silence >= 43200 then count(counts, GAP30) end
  if age >= 28800 then count(counts, LATE20) end
  if age >= 57600 then count(counts, LATE40) end
  local life = 1440 * (c.life > 0 and c.life or USUAL_LIFE)
  if age >= life + SHELF_MINUTES then count(counts, OUTLIVED) end
  if age >= 2 * life + SHELF_MINUTES then count(counts, OUTLIVED_TWICE) end
  if c.network ~= 2 and is(c, IS_VAGUE) then count(counts, VAGUE) end
  if is(c, IS_OUTSIDE) then count(counts, OUTSIDE) end
  if is(c, IS_INSIDE) then count(counts, INSIDE) end
  if region > 0 then
    count(counts, NORTH - 1 + region)
    if e.region > 0 and e.region ~= region then count(counts, ALTERNATE) end
    e.region = region
  end
  if c.sure > 0 then moved(e, c, minute, silence) end
  if since >= 5 and is(c, IS_USED) then
    count(counts, USED)
    if since >= 15 then count(counts, USED_LATE) end
    if today > e.last_used then count(counts, USED_DAYS); e.last_used = today end
  end
  if not c.abroad and is(c, IS_UNSHIPPED) then count(counts, UNSHIPPED) end
  evidence_places(e)  -- they are packed in relation to it
  e.last_new = max(e.last_new, minute)
end

-- A visitor comes again, with the item it must be, after a newcomer elsewhere had one: an item is in one place.
local function returned(e, c, minute, region, seen)
  if e.last_new <= seen + RETURN_MINUTES or minute < e.last_new + RETURN_MINUTES then return end
  if region > 0 and e.region > 0 and e.region ~= region then count(e.counts, RETURNED_REGION) end
  if e.place > 0 and c.sure > 0 then
    local at = evidence_places(e)[e.place]
    local apart = evidence_kilometres(at.lat, at.lon, c.lat, c.lon)
    if at.last == e.last_new and apart > PLACE_KM then count(e.counts, RETURNED) end
  end
end

-- One public scan; `seen`: when its visitor was here before, nil for a newcomer. Minutes and days since 2020; `age`:
-- minutes since the code's first scan. True for a newcomer who followed a shared link.
local function evidence_add(e, c, seen, minute, today, region, age)
  local counts = e.counts
  if is(c, IS_FLAGGED) then count(counts, FLAGGED); return end
  if c.network == 3 then count(counts, HOSTED); return end
  if today > e.last_day then count(counts, DAYS); e.last_day = today end
  if c.since >= 1 and is(c, IS_DESTROYED) then count(counts, DESTROYED) end
  if seen then returned(e, c, minute, region, seen); return end
  if c.network == 2 and not new_line(e, c.line) then count(counts, KIN); return end
  if minute <= e.shared_until or is(c, IS_LINKED) then count(counts, SHARED); return true end
  if not token(e, minute) then count(counts, OVER); return end
  credit(e, c, minute, today, region, age)
end

-- Whether a worker should look at it: nothing below can be more than information.
local function evidence_tells(e)
  local counts = e.counts
  return counts[CREDITED] >= 3 or counts[DESTROYED] > 0 or counts[UNSHIPPED] > 0 or counts[USED] > 0
    or counts[SHARED] >= 20
end

-- What evidence.py reads: version 3 of this form 1, all counts 1 each, last newcomer 3, and how many came to each place, 1 each.
local function evidence_told(e)
  local seen = {}
  for i = 1, e.known do seen[i] = e.places and e.places[i].n or byte(e.packed, PLACE * i) % 128 end
  return char(3, unpack(e.counts)) .. pack_('>I3', e.last_new) .. char(unpack(seen))
end

local function evidence_share(e, minute)
  e.shared_until = max(e.shared_until, minute + SHARED_MINUTES)
end

-- A code's part of its product's sums: codes, credited, ndays, places, gap10, alternate.
local function peer_parts(e)
  local counts = e.counts
  return min(counts[DAYS], 1), min(counts[CREDITED], 6), min(counts[NDAYS], 6), min(e.known, 3),
    min(counts[GAP10], 2), min(counts[ALTERNATE], 3)
end

-- Sums over the product's codes (4 each), each code's part capped, so that a copied code cannot hide itself behind its
-- peers. Returns them packed, as they are now, each with what this scan adds to it.
local function peers_add(key, codes, credited, ndays, places, gap10, alternate)
  local packed = redis.call('GET', key)
  if not packed or #packed ~= 24 then packed = sub(NOTHING, 1, 24) end
  if codes + credited + ndays + places + gap10 + alternate == 0 then return packed end  -- no part ever shrinks
  local a, b, c, d, e, f = unpack_('>I4I4I4I4I4I4', packed)
  packed = pack_('>I4I4I4I4I4I4', a + codes, b + credited, c + ndays, d + places, e + gap10, f + alternate)
  redis.call('SET', key, packed, 'PX', PEERS_MS)
  return packed
end

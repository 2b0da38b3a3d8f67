-- One scan of one code, in one atomic step: what was there before, this scan added, its event in the stream.
-- history.py makes a server-side function of `observe`, so that all above it is compiled once and not at each call.
-- KEYS: 1 state of the code, 2 flags of the product, 3 stream of the shard, 4 epoch of the shard, 5 peers of the product
-- (see evidence.lua); all in one slot.
-- ARGV: 1 facts (packed, see history.py), 2 event for the stream, 3 and 4 fields of the flags for lot and serial,
--       5 id of the scan (REPLAY) or the value of the epoch that must stand (FOLD), 6 circumstances for the evidence of
--       copies, or nothing. PREVIEW: a robot drew a preview of the link; only the evidence learns of it.
-- Keys that only few scans need are named after KEYS[1] and share its hash tag, hence its slot:
--   r…  visitors without a place in the state, for as long as a reload is no scan (older ones leave now and then)
--   d…  scans already replayed from a journal
-- What a state holds and how it is packed: state.lua.

local SCAN, LOOK, REPLAY, FOLD, PREVIEW = 0, 1, 2, 3, 4
local DAY, VIETNAM = 86400000, 25200000
local REPLAYED_FOR = 21600000  -- a journal whose replay broke off is taken up again within six hours
local HELD_FOR = 60000  -- a rebuild that stops for a minute has ended
local IMPOSSIBLE_KM, IMPOSSIBLE_KMH = 100, 900

-- the present call; the server runs one at a time
local KEYS, ARGV, mode, when, tag, short, marks, lat, lon, reload, lifetime, limit
local region, abroad, located, public, today, circumstances

local function up(number, most)
  return min(number + 1, most)
end

local function keep(s)
  redis.call('SET', KEYS[1], write(s), 'PX', string.format('%.0f', lifetime))
end

local function kilometres(lat1, lon1, lat2, lon2)
  local a, b = math.rad((lat1 + 0.5) * 0.05), math.rad((lat2 + 0.5) * 0.05)
  local half = math.rad((lon2 - lon1) * 0.05) / 2
  local h = math.sin((b - a) / 2) ^ 2 + math.cos(a) * math.cos(b) * math.sin(half) ^ 2
  return 12742 * math.asin(min(1, math.sqrt(h)))
end

-- Where a visitor's bytes begin, nil for a newcomer.
local function find_visitor(visitors, tagged)
  local at = find(visitors, tagged, 1, true)
  while at and at % VISITOR ~= 1 do at = find(visitors, tagged, at + 1, true) end  -- by chance, within another one
  return at
end

-- What the visitors of a state say together; the latest first day is kept in it for `newcomer`.
local function answer(status, s, own, facts)
  local bytes, crowd = {byte(s.visitors, 1, -1)}, s.crowd
  local others, days, abroads, regions = s.count - (own and 1 or 0), 0, 0, {0, 0, 0}
  local latest, before, seen = 0, nil, {}
  for i = VISITOR, #bytes, VISITOR do
    local marked = bytes[i] % 8  -- unpack_visitor, without the time
    local day = bytes[i - 2] % 2 * 8192 + bytes[i - 1] * 32 + (bytes[i] - marked) / 8
    if day ~= before and not seen[day] then
      days, seen[day] = days + 1, true
      if day > latest then latest = day end
    end
    before = day
    if marked >= 4 then abroads, marked = abroads + 1, marked % 4 end
    if marked > 0 then regions[marked] = regions[marked] + 1 end
  end
  s.latest = latest
  local north, centre, south = regions[1], regions[2], regions[3]
  if crowd then
    others, days, abroads = others + crowd.newcomers, days + crowd.days, abroads + crowd.abroad
    north, centre, south = north + crowd[1], centre + crowd[2], south + crowd[3]
  end
  local packed = pack_('>BBI4I4I2I5I5I2I2I2BI2', status, facts, s.scans, others, days, s.first, s.last,
    north, centre, south, s.travel, abroads)
  return packed, others
end

local function flags()
  local found, lot, serial = nil, ARGV[3], ARGV[4]
  if lot ~= '' and serial ~= '' then found = redis.call('HMGET', KEYS[2], '', lot, serial)
  elseif lot ~= '' or serial ~= '' then found = redis.call('HMGET', KEYS[2], '', lot .. serial)
  else found = redis.call('HMGET', KEYS[2], '') end
  local told = {}
  for i = 1, #found do
    if found[i] then told[#told + 1] = found[i] end
  end
  return table.concat(told, ' ')
end

local function replayed()
  return 'd' .. string.match(KEYS[1], '^h(:{%d+}:)') .. ARGV[5]
end

-- Beside the event: l for a visitor who followed a shared link, x for evidence that a detector should look at.
local function record(scans, others, followed, told)
  if not followed and not told then redis.call('XADD', KEYS[3], '*', 'e', ARGV[2], 'n', scans, 'o', others)
  elseif not followed then redis.call('XADD', KEYS[3], '*', 'e', ARGV[2], 'n', scans, 'o', others, 'x', told)
  elseif not told then redis.call('XADD', KEYS[3], '*', 'e', ARGV[2], 'n', scans, 'o', others, 'l', 1)
  else redis.call('XADD', KEYS[3], '*', 'e', ARGV[2], 'n', scans, 'o', others, 'l', 1, 'x', told) end
  if mode == REPLAY then
    redis.call('SET', replayed(), '', 'PX', REPLAYED_FOR)
  end
end

local function newcomer(s)
  if s.count < VISITORS then
    s.visitors = s.visitors .. pack_visitor(short, floor(when / 1000), today, region + 4 * abroad)
    s.count = s.count + 1
    return
  end
  local c = s.crowd or {newcomers = 0, days = 0, last_day = 0, 0, 0, 0, abroad = 0}
  s.crowd = c
  c.newcomers = up(c.newcomers, 65535)
  if today > max(c.last_day, s.latest) then c.days = up(c.days, 255); c.last_day = today end
  if region > 0 then c[region] = up(c[region], 255) end
  if abroad == 1 then c.abroad = up(c.abroad, 255) end
end

local function put_visitor(s, own, second, day, marked)
  s.visitors = sub(s.visitors, 1, own - 1) .. pack_visitor(short, second, day, marked) .. sub(s.visitors, own + VISITOR)
end

local function earlier(s, own)
  if s.scans == 0 or when < s.first then s.first, s.first_tag = when, short end
  if own then
    local second, first_day, marked = unpack_visitor(s.visitors, own)
    if today < first_day then put_visitor(s, own, second, today, marked) end
  end
end

local function again_here(s, own)
  local second, day, marked = unpack_visitor(s.visitors, own)
  if marked % 4 == 0 then marked = marked + region end
  put_visitor(s, own, max(second, floor(when / 1000)), day, marked)
end

local function add(s, own)
  earlier(s, own)
  s.last = max(s.last, when)
  s.scans = up(s.scans, 16777215)
  if own then again_here(s, own) else newcomer(s) end
  if not located then return end
  local before = 0
  if s.place then
    local place_lat, place_lon, place_tag
    place_lat, place_lon, before, place_tag = unpack_('>i2i2I4I3', s.place)
    before = 1000 * before
    if place_tag ~= short then
      local apart = kilometres(place_lat, place_lon, lat, lon)
      if apart > IMPOSSIBLE_KM and apart > IMPOSSIBLE_KMH * math.abs(when - before) / 3600000 then
        s.travel = up(s.travel, 255)
      end
    end
  end
  if when >= before then s.place = pack_('>i2i2I4I3', lat, lon, floor(when / 1000), short) end
end

-- Adds this scan to the evidence; returns it and the product's peers for the answer: length 2, evidence, peers 24;
-- whether this visitor followed a shared link; whether a detector should look.
local function gather(s, seen, counts)
  local minute = floor(when / 60000)
  local followed, tells, peers = false, false, nil
  if mode == PREVIEW then
    if s.scans > 0 then
      s.evidence = s.evidence or evidence_fresh()
      evidence_share(s.evidence, minute)
    end
  elseif counts then
    local e = s.evidence or evidence_fresh()
    s.evidence = e
    local codes, credited, ndays, places, gap10, alternate = peer_parts(e)
    local age = s.scans > 0 and minute - floor(s.first / 60000) or 0
    followed = evidence_add(e, circumstances, seen, minute, today, region, age)
    tells = evidence_tells(e)
    local a, b, c, d, f, g = peer_parts(e)
    peers = peers_add(KEYS[5], a - codes, b - credited, c - ndays, d - places, f - gap10, g - alternate)
  end
  local packed = s.evidence and evidence_told(s.evidence) or ''
  return pack_('>I2', #packed) .. packed .. (peers or peers_add(KEYS[5], 0, 0, 0, 0, 0, 0)), followed, tells
end

local function observe(keys, arguments)
  KEYS, ARGV = keys, arguments
  if not byte then begin() end
  mode, when, tag, marks, lat, lon, reload, lifetime, limit = unpack_('>BI5I4Bi2i2I5I5I4', ARGV[1])
  short = tag % TAG
  region = marks % 4
  abroad = floor(marks / 4) % 2
  located = floor(marks / 8) % 2 == 1
  public = floor(marks / 16) % 2 == 1
  today = floor((when + VIETNAM) / DAY)
  circumstances = circumstances_read(ARGV[6])
  local writes = mode ~= LOOK and mode ~= PREVIEW

  local found = redis.call('MGET', KEYS[4], KEYS[1])
  local epoch, packed = found[1], found[2]
  if mode == FOLD then
    if epoch ~= ARGV[5] then return redis.error_reply('LOST Expected to hold the shard, got another holder.') end
    redis.call('PEXPIRE', KEYS[4], HELD_FOR)
  elseif writes and redis.call('XLEN', KEYS[3]) >= limit then
    return redis.error_reply('FULL Expected room in the stream, got none.')
  end
  local told = (mode <= LOOK or mode == PREVIEW) and flags() or ''
  if mode == REPLAY and redis.call('EXISTS', replayed()) == 1 then
    return answer(1, fresh(), nil, 0)
  end

  local s, status, fault = fresh(), 0, 0
  if mode ~= FOLD and not (epoch and sub(epoch, 1, 1) == 'c') then
    status = 1  -- histories are not complete: say nothing, and leave them to the rebuild
  elseif packed then
    local version = byte(packed, 1) or 0
    local intact, state = pcall(READERS[version] or error, packed)
    if intact then s = state
    elseif version > #READERS and version < 16 then status = 2  -- of a newer release: not ours to understand or change
    else fault = 8 end
  end
  if status > 0 then
    if mode == SCAN or mode == REPLAY then record(0, 0) end
    return answer(status, fresh(), nil, mode == SCAN and 2 or 0) .. told
  end

  local own, seen = find_visitor(s.visitors, sub(ARGV[1], 8, 10)), nil
  if own then
    local second = unpack_visitor(s.visitors, own)
    seen = second == floor(s.last / 1000) and s.last or 1000 * second  -- to the millisecond for who was here last
  end
  local placed = public and (own or s.count < VISITORS)
  local recent = 'r' .. sub(KEYS[1], 2)
  if not placed and mode ~= FOLD then
    local score = redis.call('ZSCORE', recent, tag)
    seen = score and tonumber(score)
  end
  local again = seen and when - seen < reload and (mode ~= REPLAY or seen - when < reload)

  local facts = fault + (circumstances and 16 or 0) + (again and 1 or 0) + (s.scans > 0 and s.first_tag == short and 4 or 0)
  if (mode == SCAN and not again) then facts = facts + 2 end
  local before, others = answer(0, s, own, facts)
  local scans = s.scans
  local evidence, followed, tells = '', false, false
  if circumstances then
    evidence, followed, tells = gather(s, own and seen and floor(seen / 60000), writes and not again and public)
  end
  if (mode == SCAN and not again) or mode == REPLAY then
    record(scans, others, followed, tells and evidence .. sub(before, 13, 17))
  end
  if mode == REPLAY and again and own and when < seen then
    earlier(s, own)  -- of two looks within minutes the later came first
    keep(s)
  end
  if mode == PREVIEW and s.evidence then keep(s) end
  if writes and not again then
    if public then
      add(s, own)
      keep(s)
    end
    if not placed and mode ~= FOLD then
      if tag % 8 == 0 then redis.call('ZREMRANGEBYSCORE', recent, '-inf', string.format('%.0f', when - reload)) end
      redis.call('ZADD', recent, string.format('%.0f', when), tag)
      redis.call('PEXPIRE', recent, string.format('%.0f', reload))
    end
  end
  return before .. evidence .. told
end

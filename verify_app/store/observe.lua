-- One scan of one code, in one atomic step: what was there before, this scan added, its event in the stream.
-- history.py makes a server-side function of `observe`, so that all above it is compiled once and not at each call.
-- KEYS: 1 state of the code, 2 flags of the product, 3 stream of the shard, 4 epoch of the shard, 5 peers of the product
-- (see evidence.lua); all in one slot.
-- ARGV: 1 facts (packed, see history.py), 2 event for the stream, 3 and 4 fields of the flags for lot and serial,
--       5 id of the scan (REPLAY) or the value of the epoch that must stand (FOLD), 6 circumstances for the evidence of
--       copies, or nothing. PREVIEW: a robot drew a preview of the link; only the evidence learns of it.
-- Keys that only few scans need are named after KEYS[1] and share its hash tag, hence its slot:
--   r…  visitors without a place in the state, for as long as a reload is no scan
--   d…  scans already replayed from a journal
-- State, version 1, big-endian; times are milliseconds since 2020-01-01 UTC, days are Vietnamese days since then:
--   version 1, parts 1 (1 located, 2 crowded), first 5, last 5, scans 3, tag of the first 4, travel pairs 1,
--   [latitude 2, longitude 2, time 5, tag 4], [newcomers 2, days 1, last day 2, N 1, C 1, S 1, abroad 1],
--   and up to 12 visitors: tag 4, last seen 5, first day 2, marks 1 (region 1-3, + 4 abroad).
-- Version 2, for codes with evidence: the same, but the number of visitors (1) before them, and the evidence at the end.

local SCAN, LOOK, REPLAY, FOLD, PREVIEW = 0, 1, 2, 3, 4
local VISITORS, DAY, VIETNAM = 12, 86400000, 25200000
local REPLAYED_FOR = 21600000  -- a journal whose replay broke off is taken up again within six hours
local HELD_FOR = 60000  -- a rebuild that stops for a minute has ended
local IMPOSSIBLE_KM, IMPOSSIBLE_KMH = 100, 900

-- the present call; the server runs one at a time
local KEYS, ARGV, mode, when, tag, marks, lat, lon, reload, lifetime, limit
local region, abroad, located, public, today, circumstances

local function up(number, most)
  return math.min(number + 1, most)
end

local function fresh()
  return {first = 0, last = 0, scans = 0, first_tag = 0, travel = 0, count = 0, visitors = {}}
end

local formats = {}

-- Format of so many visitors: they lie flat, four numbers each, so that one call and one table serve all.
local function all(count)
  local format = formats[count] or '>' .. string.rep('I4I5I2B', count)
  formats[count] = format
  return format
end

local function read_head(packed)
  local s, parts, at = fresh(), nil, nil
  parts, s.first, s.last, s.scans, s.first_tag, s.travel, at = struct.unpack('>BI5I5I3I4B', packed, 2)
  assert(parts <= 3 and s.scans > 0 and s.first <= s.last)
  if parts % 2 == 1 then
    local p = {}
    p.lat, p.lon, p.when, p.tag, at = struct.unpack('>i2i2I5I4', packed, at)
    s.place = p
  end
  if parts >= 2 then
    local c = {}
    c.newcomers, c.days, c.last_day, c[1], c[2], c[3], c.abroad, at = struct.unpack('>I2BI2BBBB', packed, at)
    s.crowd = c
  end
  return s, at
end

local function read_visitors(s, packed, at, count)
  assert(count >= 1 and count <= VISITORS and count == math.floor(count))
  s.count, s.visitors = count, {struct.unpack(all(count), packed, at)}
  s.visitors[4 * count + 1] = nil  -- where unpack stopped
end

local function read_1(packed)
  local s, at = read_head(packed)
  read_visitors(s, packed, at, (#packed - at + 1) / 12)
  return s
end

local function read_2(packed)
  local s, at = read_head(packed)
  local count = string.byte(packed, at)
  read_visitors(s, packed, at + 1, count)
  s.evidence = evidence_read(string.sub(packed, at + 1 + 12 * count))
  return s
end

local READERS = {read_1, read_2}  -- by version; an older version keeps its reader here for ever

local function write(s)
  local parts = (s.place and 1 or 0) + (s.crowd and 2 or 0)
  local out = {struct.pack('>BBI5I5I3I4B', s.evidence and 2 or 1, parts, s.first, s.last, s.scans, s.first_tag, s.travel)}
  if s.place then
    out[#out + 1] = struct.pack('>i2i2I5I4', s.place.lat, s.place.lon, s.place.when, s.place.tag)
  end
  if s.crowd then
    local c = s.crowd
    out[#out + 1] = struct.pack('>I2BI2BBBB', c.newcomers, c.days, c.last_day, c[1], c[2], c[3], c.abroad)
  end
  if s.evidence then out[#out + 1] = string.char(s.count) end
  out[#out + 1] = struct.pack(all(s.count), unpack(s.visitors))
  if s.evidence then out[#out + 1] = evidence_write(s.evidence) end
  return table.concat(out)
end

local function keep(s)
  redis.call('SET', KEYS[1], write(s), 'PX', string.format('%.0f', lifetime))
end

local function kilometres(lat1, lon1, lat2, lon2)
  local a, b = math.rad((lat1 + 0.5) * 0.05), math.rad((lat2 + 0.5) * 0.05)
  local half = math.rad((lon2 - lon1) * 0.05) / 2
  local h = math.sin((b - a) / 2) ^ 2 + math.cos(a) * math.cos(b) * math.sin(half) ^ 2
  return 12742 * math.asin(math.min(1, math.sqrt(h)))
end

local function answer(status, s, own, facts)
  local others, days, days_seen, regions, abroads = 0, 0, {}, {0, 0, 0}, 0
  local v = s.visitors
  for i = 1, 4 * s.count, 4 do
    if i ~= own then others = others + 1 end
    if not days_seen[v[i + 2]] then days_seen[v[i + 2]] = true; days = days + 1 end
    local where = v[i + 3] % 4
    if where > 0 then regions[where] = regions[where] + 1 end
    if v[i + 3] >= 4 then abroads = abroads + 1 end
  end
  if s.crowd then
    others, days, abroads = others + s.crowd.newcomers, days + s.crowd.days, abroads + s.crowd.abroad
    for where = 1, 3 do regions[where] = regions[where] + s.crowd[where] end
  end
  local packed = struct.pack('>BBI4I4I2I5I5I2I2I2BI2', status, facts, s.scans, others, days, s.first, s.last,
    regions[1], regions[2], regions[3], s.travel, abroads)
  return packed, others
end

local function flags()
  local fields = {''}
  if ARGV[3] ~= '' then fields[#fields + 1] = ARGV[3] end
  if ARGV[4] ~= '' then fields[#fields + 1] = ARGV[4] end
  local found = {}
  for _, value in ipairs(redis.call('HMGET', KEYS[2], unpack(fields))) do
    if value then found[#found + 1] = value end
  end
  return table.concat(found, ' ')
end

local function replayed()
  return 'd' .. string.match(KEYS[1], '^h(:{%d+}:)') .. ARGV[5]
end

-- Beside the event: l for a visitor who followed a shared link, x for evidence that a detector should look at.
local function record(scans, others, followed, told)
  local fields = {'e', ARGV[2], 'n', scans, 'o', others}
  if followed then fields[7], fields[8] = 'l', 1 end
  if told then fields[#fields + 1] = 'x'; fields[#fields + 1] = told end
  redis.call('XADD', KEYS[3], '*', unpack(fields))
  if mode == REPLAY then
    redis.call('SET', replayed(), '', 'PX', REPLAYED_FOR)
  end
end

local function newcomer(s)
  local v = s.visitors
  if s.count < VISITORS then
    local i = 4 * s.count
    v[i + 1], v[i + 2], v[i + 3], v[i + 4] = tag, when, today, region + 4 * abroad
    s.count = s.count + 1
    return
  end
  local c = s.crowd or {newcomers = 0, days = 0, last_day = 0, 0, 0, 0, abroad = 0}
  s.crowd = c
  c.newcomers = up(c.newcomers, 65535)
  local latest = c.last_day
  for i = 3, 4 * s.count, 4 do latest = math.max(latest, v[i]) end
  if today > latest then c.days = up(c.days, 255); c.last_day = today end
  if region > 0 then c[region] = up(c[region], 255) end
  if abroad == 1 then c.abroad = up(c.abroad, 255) end
end

local function earlier(s, own)
  if s.scans == 0 or when < s.first then s.first, s.first_tag = when, tag end
  if own then s.visitors[own + 2] = math.min(s.visitors[own + 2], today) end
end

local function add(s, own)
  earlier(s, own)
  s.last = math.max(s.last, when)
  s.scans = up(s.scans, 16777215)
  if own then
    local v = s.visitors
    v[own + 1] = math.max(v[own + 1], when)
    if v[own + 3] % 4 == 0 then v[own + 3] = v[own + 3] + region end
  else
    newcomer(s)
  end
  if located then
    local p = s.place
    if p and p.tag ~= tag then
      local apart = kilometres(p.lat, p.lon, lat, lon)
      if apart > IMPOSSIBLE_KM and apart > IMPOSSIBLE_KMH * math.abs(when - p.when) / 3600000 then
        s.travel = up(s.travel, 255)
      end
    end
    if not p or when >= p.when then s.place = {lat = lat, lon = lon, when = when, tag = tag} end
  end
end

-- Adds this scan to the evidence; returns it and the product's peers for the answer: length 2, evidence, peers 24;
-- whether this visitor followed a shared link; whether a detector should look.
local function gather(s, seen, counts)
  local minute = math.floor(when / 60000)
  local before, after, followed, tells = nil, nil, false, false
  if mode == PREVIEW then
    if s.scans > 0 then
      s.evidence = s.evidence or evidence_fresh()
      evidence_share(s.evidence, minute)
    end
  elseif counts then
    s.evidence = s.evidence or evidence_fresh()
    before = peer_parts(s.evidence)
    local age = s.scans > 0 and minute - math.floor(s.first / 60000) or 0
    followed = evidence_add(s.evidence, circumstances, seen, minute, today, region, age)
    after = peer_parts(s.evidence)
    tells = evidence_tells(s.evidence)
  end
  local packed = s.evidence and evidence_write(s.evidence) or ''
  return struct.pack('>I2', #packed) .. packed .. peers_add(KEYS[5], before, after), followed, tells
end

local function observe(keys, arguments)
  KEYS, ARGV = keys, arguments
  mode, when, tag, marks, lat, lon, reload, lifetime, limit = struct.unpack('>BI5I4Bi2i2I5I5I4', ARGV[1])
  region = marks % 4
  abroad = math.floor(marks / 4) % 2
  located = math.floor(marks / 8) % 2 == 1
  public = math.floor(marks / 16) % 2 == 1
  today = math.floor((when + VIETNAM) / DAY)
  circumstances = ARGV[6] and circumstances_read(ARGV[6])
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
  if mode ~= FOLD and not (epoch and string.sub(epoch, 1, 1) == 'c') then
    status = 1  -- histories are not complete: say nothing, and leave them to the rebuild
  elseif packed then
    local version = string.byte(packed, 1) or 0
    local intact, state = pcall(READERS[version] or error, packed)
    if intact then s = state
    elseif version > #READERS and version < 16 then status = 2  -- of a newer release: not ours to understand or change
    else fault = 8 end
  end
  if status > 0 then
    if mode == SCAN or mode == REPLAY then record(0, 0) end
    return answer(status, fresh(), nil, mode == SCAN and 2 or 0) .. told
  end

  local own, seen
  for i = 1, 4 * s.count, 4 do
    if s.visitors[i] == tag then own, seen = i, s.visitors[i + 1] end
  end
  local placed = public and (own or s.count < VISITORS)
  local recent = 'r' .. string.sub(KEYS[1], 2)
  if not placed and mode ~= FOLD then
    local score = redis.call('ZSCORE', recent, tag)
    seen = score and tonumber(score)
  end
  local again = seen and when - seen < reload and (mode ~= REPLAY or seen - when < reload)

  local facts = fault + (circumstances and 16 or 0) + (again and 1 or 0) + (s.scans > 0 and s.first_tag == tag and 4 or 0)
  if (mode == SCAN and not again) then facts = facts + 2 end
  local before, others = answer(0, s, own, facts)
  local scans = s.scans
  local evidence, followed, tells = '', false, false
  if circumstances then evidence, followed, tells = gather(s, own and math.floor(seen / 60000), writes and not again and public) end
  if (mode == SCAN and not again) or mode == REPLAY then
    record(scans, others, followed, tells and evidence .. string.sub(before, 13, 17))
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
      redis.call('ZREMRANGEBYSCORE', recent, '-inf', string.format('%.0f', when - reload))
      redis.call('ZADD', recent, string.format('%.0f', when), tag)
      redis.call('PEXPIRE', recent, string.format('%.0f', reload))
    end
  end
  return before .. evidence .. told
end

-- The requests of one wrk run. Set before: PATHS, RUN, PHONES, PAUSE, HEADERS (see load.py).
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init()
  paths, at, phone = {}, 0, 0
  for path in io.lines(PATHS) do
    paths[#paths + 1] = "GET " .. path .. " HTTP/1.1\r\n" .. HEADERS
  end
  math.randomseed(RUN * 7 + number)
  at = math.floor(#paths * number / 2)
  agent = ""
end

-- A phone of its own for each round through the codes, and other phones in each thread and run.
local function next_phone()
  local model = (phone * 2 + number) % PHONES
  agent = "User-Agent: Mozilla/5.0 (Linux; Android 14; Phone " .. model ..
    ") AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36\r\nAccept-Language: vi-VN,vi;q=0.9,en;q=0." ..
    (RUN % 8 + 1) .. ",x-" .. math.floor(RUN / 8) .. ";q=0.1\r\n\r\n"
  phone = phone + 1
end

function request()
  if agent == "" or at % #paths == 0 then next_phone() end
  at = at + 1
  return paths[(at - 1) % #paths + 1] .. agent
end

if PAUSE > 0 then
  function delay()
    return math.floor(PAUSE * 2 * math.random() + 0.5)
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"answered": %d, "failed": %d, "refused": %d, "seconds": %.4f, "p50": %.4f, "p99": %.4f}\n',
    summary.requests - errors.status, failed, errors.status, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end

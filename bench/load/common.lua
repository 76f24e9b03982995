-- What all loads share: the side's requests (a file that run.mjs writes), the count of wrong answers, the result line.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

-- Globals: `done` runs in another Lua state, and reads them through thread:get.
bad, first_bad = 0, ""
units, times, kept = 0, {}, {}

function wrong(status, body)
  bad = bad + 1
  if bad == 1 then first_bad = status .. " " .. (body or ""):sub(1, 200) end
end

function percent(text)
  return (text:gsub("[^%w%-_%.~]", function(c) return string.format("%%%02X", c:byte()) end))
end

local function escape(text)
  return (text:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end):gsub("[\128-\255]", "?"))
end

-- Percentile of the microseconds that a load has measured itself, where its unit is more than one request.
local function percentile(sorted, p)
  return sorted[math.max(1, math.ceil(#sorted * p / 100))] or 0
end

function done(summary, latency)
  local own, wrongs, first, finished = {}, 0, "", 0
  for _, thread in ipairs(threads) do
    wrongs, finished = wrongs + thread:get("bad"), finished + thread:get("units")
    if first == "" then first = thread:get("first_bad") end
    for _, time in ipairs(thread:get("times")) do table.insert(own, time) end
    local file = thread:get("kept_file")
    if file then
      local out = assert(io.open(file, "w"))
      for _, line in pairs(thread:get("kept")) do out:write(line, "\n") end
      out:close()
    end
  end
  table.sort(own)
  local of_flows = #own > 0
  local count = of_flows and finished or summary.requests
  local p50 = of_flows and percentile(own, 50) or latency:percentile(50)
  local p99 = of_flows and percentile(own, 99) or latency:percentile(99)
  local socket = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\nBENCH {"count":%d,"seconds":%.6f,"p50":%d,"p99":%d,"bad":%d,"socket":%d,"first":"%s"}\n',
    count, summary.duration / 1e6, p50, p99, wrongs, socket, escape(first)))
end

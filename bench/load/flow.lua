-- A whole code flow, request after request, on one connection: authorize, consent, callback, token. Sentry's own page is
-- left out: the browser comes back with a code at once. A flow is the unit, so it is timed here.
local folder = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(folder .. "common.lua")

local ffi = require("ffi")
ffi.cdef("typedef struct { long s; long ns; } bench_time; int clock_gettime(int, bench_time *);")
local time = ffi.new("bench_time")

local side, step, began, browser, ticket, flow, state, code
local form = "application/x-www-form-urlencoded"

local function microseconds()
  ffi.C.clock_gettime(1, time)
  return tonumber(time.s) * 1e6 + tonumber(time.ns) / 1e3
end

function init(args)
  side, step = dofile(args[1]), 1
end

-- Changes nothing: wrk also calls it once before the start.
function request()
  if step == 1 then
    began = microseconds()
    return wrk.format("GET", side.path, { accept = "text/html" })
  elseif step == 2 then
    local body = "state=" .. percent(ticket) .. side.consent
    return wrk.format("POST", "/oauth/authorize", { cookie = browser, ["content-type"] = form, origin = side.origin }, body)
  elseif step == 3 then
    local cookie = (browser or "") .. (flow and "; " .. flow or "")
    return wrk.format("GET", "/oauth/callback?code=upstream&state=" .. state, { cookie = cookie, accept = "text/html" })
  end
  return wrk.format("POST", "/oauth/token", { ["content-type"] = form }, side.token .. "&code=" .. code)
end

local function header(headers, wanted)
  for name, value in pairs(headers) do
    if name:lower() == wanted then return value end
  end
end

-- What a step must bring for the next one.
local read = {
  function(status, headers, body)
    browser = (header(headers, "set-cookie") or ""):match("^[^;]+")
    ticket = status == 200 and body:match('name="state" value="([^"]+)"')
    return ticket
  end,
  function(status, headers)
    flow = (header(headers, "set-cookie") or ""):match("^[^;]+")
    state = status == 302 and (header(headers, "location") or ""):match("[?&]state=([^&]+)")
    return state
  end,
  function(status, headers)
    code = status == 302 and (header(headers, "location") or ""):match("[?&]code=([^&]+)")
    return code
  end,
  function(status, _, body)
    return status == 200 and body:match('"refresh_token"')
  end,
}

function response(status, headers, body)
  if not read[step](status, headers, body) then
    wrong("step " .. step .. ": " .. status, body ~= "" and body or header(headers, "location"))
    step = 1
  elseif step < 4 then
    step = step + 1
  else
    step, units = 1, units + 1
    table.insert(times, microseconds() - began)
  end
end

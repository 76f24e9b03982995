-- The same request again and again: wrk sends it without asking Lua.
local folder = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(folder .. "common.lua")

local expected

function init(args)
  local side = dofile(args[1])
  expected = side.status
  wrk.method, wrk.path, wrk.body = side.method, side.path, side.body
  for name, value in pairs(side.headers or {}) do wrk.headers[name] = value end
end

function response(status, _, body)
  if status ~= expected then wrong(status, body) end
end

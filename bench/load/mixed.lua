-- Requests of many kinds in turn. Answers do not say which request they belong to: only trouble of the server counts as
-- wrong.
local folder = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(folder .. "common.lua")

local requests, turn = {}, 0

function init(args)
  local side = dofile(args[1])
  for _, each in ipairs(side.requests) do
    table.insert(requests, wrk.format(each.method, each.path, each.headers, each.body))
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function response(status, _, body)
  if status >= 500 then wrong(status, body) end
end

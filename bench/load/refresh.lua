-- Each grant in its turn, with the refresh token that its last answer gave. A token names its grant before the dot, so
-- answers may come in any order; what is current at the end goes back to the file for the next round.
local folder = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(folder .. "common.lua")

-- `kept` by grant: what common.lua writes back.
local grants, turn = {}, 0
local headers = { ["content-type"] = "application/x-www-form-urlencoded" }
local side

function init(args)
  side = dofile(args[1])
  kept_file = side.tokens
  for token in io.lines(side.tokens) do
    local grant = token:match("^[^.]+")
    table.insert(grants, grant)
    kept[grant] = token
  end
end

function request()
  turn = turn % #grants + 1
  local body = "grant_type=refresh_token&client_id=" .. side.client .. "&refresh_token=" .. kept[grants[turn]]
  return wrk.format("POST", "/oauth/token", headers, body)
end

function response(status, _, body)
  local token = body:match('"refresh_token":"([^"]+)"')
  if status ~= 200 or not token then return wrong(status, body) end
  kept[token:match("^[^.]+")] = token
end

-- Activations, each of a machine that is new: content type, the form but for key and machine, file with one key a line,
-- machines a key. Three hundred keys at a time take turns until each has its machines, so that no two requests in flight
-- are of one key, and answers are as long in each part of a run.
require("done")

local AT_A_TIME = 300
local form, keys, machines, count = "", {}, 0, 0

function init(args)
  form, machines = args[2], tonumber(args[4])
  wrk.method = "POST"
  wrk.headers["Content-Type"] = args[1]
  for key in io.lines(args[3]) do
    keys[#keys + 1] = key
  end
end

function request()
  local full = math.floor(count / (AT_A_TIME * machines)) * AT_A_TIME
  local key = assert(keys[full + count % AT_A_TIME + 1], "each key has its machines")
  count = count + 1
  return wrk.format(nil, nil, nil, form .. "&Key=" .. key .. string.format("&MachineCode=%064x", count))
end

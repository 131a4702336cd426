-- Single events as JSON, each with a text of its own: access token, product, key, prefix, and the field that has it.
require("done")

local head, tail, count = "", "", 0

function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. args[1]
  head = string.format('{"name":"start","feature":"Export","product":"%s","key":"%s","value":2530,"currency":"USD",' ..
    '"properties":{"os":"linux","version":"1.0","locale":"en"},"%s":"%s-', args[2], args[3], args[5], args[4])
  tail = '"}'
end

function request()
  count = count + 1
  return wrk.format(nil, nil, nil, head .. string.format("%010d", count) .. tail)
end

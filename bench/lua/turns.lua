-- POSTs in turn: content type, file with one body a line.
require("done")

local requests, next = {}, 0

function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = args[1]
  for body in io.lines(args[2]) do
    requests[#requests + 1] = wrk.format(nil, nil, nil, body)
  end
end

function request()
  next = next % #requests + 1
  return requests[next]
end

-- POSTs without a body to paths in turn: access token, file with one path a line, seconds of lead-in.
require("counted")

local requests, next = {}, 0

function init(args)
  begin(args[3])
  wrk.method = "POST"
  wrk.headers["Authorization"] = "Bearer " .. args[1]
  for path in io.lines(args[2]) do
    requests[#requests + 1] = wrk.format(nil, path, nil, "")
  end
end

function request()
  count()
  next = next % #requests + 1
  return requests[next]
end

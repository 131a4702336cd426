-- POSTs in turn: content type, file with one body a line, seconds of lead-in.
require("counted")

local bodies, next = {}, 0

function init(args)
  begin(args[3])
  wrk.method = "POST"
  wrk.headers["Content-Type"] = args[1]
  if args[4] then
    wrk.headers["Authorization"] = "Bearer " .. args[4]
  end
  for body in io.lines(args[2]) do
    bodies[#bodies + 1] = wrk.format(nil, nil, nil, body)
  end
end

function request()
  count()
  next = next % #bodies + 1
  return bodies[next]
end

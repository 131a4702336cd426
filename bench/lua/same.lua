-- The same POST each time: content type, file with the body.
require("done")

function init(args)
  local file = assert(io.open(args[2]))
  wrk.method = "POST"
  wrk.headers["Content-Type"] = args[1]
  wrk.body = file:read("*l")
  file:close()
end

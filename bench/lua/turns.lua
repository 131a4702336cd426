-- POSTs in turn: content type, file with one body a line, seconds of lead-in. Requests count from the end of the
-- lead-in, so that a rate has no TLS handshakes in it; what counts is when a request is sent.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanos; } moment;
  int clock_gettime(int clock, moment *now);
]]

local bodies, next, moment = {}, 0, ffi.new("moment")
local threads = {}

local function micros()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) * 1e6 + tonumber(moment.nanos) / 1e3
end

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  counted, from, last = 0, micros() + args[3] * 1e6, 0
  wrk.method = "POST"
  wrk.headers["Content-Type"] = args[1]
  for body in io.lines(args[2]) do
    bodies[#bodies + 1] = wrk.format(nil, nil, nil, body)
  end
end

function request()
  local now = micros()
  if now >= from then
    counted, last = counted + 1, now
  end
  next = next % #bodies + 1
  return bodies[next]
end

function done(summary, latency, requests)
  local e = summary.errors
  local thread = threads[1]
  local counted = math.min(thread:get("counted"), summary.requests) -- none is answered when all still shake hands
  print(string.format("DONE %d %d %d connect %d read %d write %d status %d timeout %d", counted,
    math.max(1, thread:get("last") - thread:get("from")), e.connect + e.read + e.write + e.status + e.timeout,
    e.connect, e.read, e.write, e.status, e.timeout))
end

-- Counts requests from the end of a lead-in, so that a rate has no TLS handshakes in it; what counts is when a request
-- is sent. One line for the driver, as done.lua's.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanos; } moment;
  int clock_gettime(int clock, moment *now);
]]

local moment, threads = ffi.new("moment"), {}

local function micros()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) * 1e6 + tonumber(moment.nanos) / 1e3
end

function setup(thread)
  threads[#threads + 1] = thread
end

-- To be called by init, with the seconds of the lead-in.
function begin(leadIn)
  counted, from, last = 0, micros() + leadIn * 1e6, 0
end

-- To be called for each request.
function count()
  local now = micros()
  if now >= from then
    counted, last = counted + 1, now
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  local thread = threads[1]
  local counted = math.min(thread:get("counted"), summary.requests) -- none is answered when all still shake hands
  print(string.format("DONE %d %d %d connect %d read %d write %d status %d timeout %d", counted,
    math.max(1, thread:get("last") - thread:get("from")), e.connect + e.read + e.write + e.status + e.timeout,
    e.connect, e.read, e.write, e.status, e.timeout))
end

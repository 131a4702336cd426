-- One line for the driver: requests, microseconds, failures.
function done(summary, latency, requests)
  local e = summary.errors
  print(string.format("DONE %d %d %d connect %d read %d write %d status %d timeout %d", summary.requests,
    summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
    e.connect, e.read, e.write, e.status, e.timeout))
end

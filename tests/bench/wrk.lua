-- wrk's script: each connection's requests in turn from a file that bench wrote, one request a line:
-- METHOD <tab> PATH <tab> TOKEN <tab> BODY. Each thread goes through a share of its own, so that no line is sent twice before
-- all have been. Ends in one line of JSON.
local made = 0

function setup(thread)
  thread:set("number", made)
  made = made + 1
end

function init(args)
  requests, at = {}, 0
  local line_number = 0
  local share = tonumber(args[2])
  for line in io.lines(args[1]) do
    if line_number % share == number then
      local method, path, token, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
      local headers = {["Host"] = "127.0.0.1"}
      if token ~= "" then headers["Authorization"] = "Bearer " .. token end
      if body ~= "" then headers["Content-Type"] = "application/json" end
      requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
    end
    line_number = line_number + 1
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

-- There is no response(): calling it for each reply would make wrk itself the limit. Its own count of errors takes every
-- status above 399, and none of these endpoints answers 3xx to requests without If-None-Match.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'JSON {"requests":%d,"us":%d,"bad":%d,"socket_errors":%d,"p50":%d,"p95":%d,"p99":%d,"max":%d}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99), latency.max))
end
